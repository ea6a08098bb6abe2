package render

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"

	"github.com/slack-go/slack"
)

// goldenOffer is n contacts that Sara took, or nobody.
func goldenOffer(n int, state assign.OfferState, outcomes ...assign.OutcomeKind) Offer {
	o := Offer{
		Offer:        assign.Offer{ID: 17, Requester: "U0MANAGER", State: state, At: goldenTime, Note: assign.NewNote("Wants a refund & <!channel>\nهادئ")},
		OfferDetails: payload.OfferDetails{Channel: "C0SUPPORT", TS: "1.1"},
	}
	for i := range n {
		o.Contacts = append(o.Contacts, phone.New("96654444444"+string(rune('4'+i%6))))
	}
	if state == assign.OfferTaken || state == assign.OfferDone {
		o.Taker = "U0SARA"
	}
	for i, kind := range outcomes {
		a := goldenOutcome(assign.Outcome{Kind: kind, Agent: to("Sara Ali", "sara@twerlo.com"), At: goldenTime})
		a.Contact = o.Contacts[i]
		o.Given.Members = append(o.Given.Members, a)
	}
	return o
}

func goldenOffers(v Renderer) map[string]Message {
	open, many := goldenOffer(1, assign.OfferOpen), goldenOffer(12, assign.OfferOpen)
	again, failed := open, goldenOffer(1, assign.OfferFailed)
	again.Failed = "U0SARA"
	taking, taken := goldenOffer(1, assign.OfferTaken), goldenOffer(1, assign.OfferDone, assign.Assigned)
	part := goldenOffer(3, assign.OfferDone, assign.Assigned, assign.Refused, assign.Assigned)
	unsure := goldenOffer(1, assign.OfferDone, assign.Unknown)
	duty := taken
	duty.To = agent.RefGroup("S0ONCALL", "support-oncall").Encode()
	withdrawn, gone := goldenOffer(1, assign.OfferWithdrawn), goldenOffer(1, assign.OfferGone)
	asks := v
	asks.admins = mentions([]string{"U0ADMIN"})
	from := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("Sara Ali", "sara@twerlo.com"), At: goldenTime})
	from.Origin = payload.Origin{EntryPoint: payload.ByOffer, Channel: "C0SUPPORT"}.Encode()
	return map[string]Message{
		"offer_card": v.OfferCard(open, false), "offer_card_full": v.OfferCard(open, true), "offer_card_many": v.OfferCard(many, false),
		"offer_card_again": v.OfferCard(again, false), "offer_card_taking": v.OfferCard(taking, false), "offer_card_taken": v.OfferCard(taken, false),
		"offer_card_part": v.OfferCard(part, false), "offer_card_unsure": v.OfferCard(unsure, false), "offer_card_duty": v.OfferCard(duty, false),
		"offer_card_withdrawn": v.OfferCard(withdrawn, false), "offer_card_gone": v.OfferCard(gone, false),
		"offer_made": v.Offered(open), "offer_unplaced": v.Offered(failed), "offer_unplaced_ask": asks.Offered(failed),
		"offer_already": v.OfferAlready(), "offer_pending": v.Notice("offer_pending", nil), "offer_how": v.OfferHow("/assign"),
		"offer_told": v.OfferTaken(taken), "offer_told_part": v.OfferTaken(part), "offer_told_unsure": v.OfferTaken(unsure),
		"offer_untaken":      v.Untaken(open, 15*time.Minute, agent.Ref{}),
		"offer_untaken_duty": v.Untaken(many, 15*time.Minute, agent.RefGroup("S0ONCALL", "support-oncall")),
		"offer_withdrawn":    v.OfferWithdrawn(withdrawn), "offer_waits": v.OfferWaits(open, 15*time.Minute),
		"offer_late_taking": v.OfferLate(taking, "U0OMAR"), "offer_late_taking_own": v.OfferLate(taking, "U0SARA"),
		"offer_late_taken": v.OfferLate(taken, "U0OMAR"), "offer_late_taken_own": v.OfferLate(taken, "U0SARA"),
		"offer_late_withdrawn": v.OfferLate(withdrawn, "U0OMAR"), "offer_late_gone": v.OfferLate(gone, "U0OMAR"), "offer_late_old": v.OfferLate(Offer{}, "U0OMAR"),
		"offer_refused": v.OfferRefused("U0OMAR", &agent.Unresolved{Reason: agent.NotAnAgent}),
		"offer_history": v.HistoryOf(History{Contact: goldenRequest.Contact, Owner: from, Found: []assign.Assignment{from}}, "U0OMAR"),
	}
}

func goldenOfferView(v Renderer, n int) *slack.ModalViewRequest {
	o := goldenOffer(n, assign.OfferOpen)
	return v.OfferConfirm(o.Contacts, o.Note, payload.Address{Channel: "C0SUPPORT"})
}

// A card is read by a whole channel: it shows no number, unless that is wanted, and pings nobody but who
// made it.
func TestACardMasksNumbers(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		for _, state := range []assign.OfferState{assign.OfferNew, assign.OfferOpen, assign.OfferTaken, assign.OfferDone, assign.OfferWithdrawn, assign.OfferGone} {
			o := goldenOffer(12, state)
			if raw := payload.Encode(v.OfferCard(o, false)); strings.Contains(raw, "54444") || strings.Contains(raw, "54 444") || strings.Contains(raw, "<!") {
				t.Errorf("%s, %s: %s", language, state, raw)
			}
			if raw := payload.Encode(v.OfferCard(o, true)); !strings.Contains(raw, "+966 54 444 4444") {
				t.Errorf("%s, %s: %s", language, state, raw)
			}
		}
	}
}

// The longest note, and as many contacts as there may be, still make a card that Slack takes; a question
// in the form that would not, is none.
func TestTheLargestOfferFits(t *testing.T) {
	for _, v := range testVoices(t).ByLanguage {
		o := goldenOffer(assign.MaxBatch, assign.OfferOpen)
		o.Note = assign.NewNote(strings.Repeat("&<>\n", 125))
		checkGoldenMessage(t, "largest", []byte(payload.Encode(v.OfferCard(o, true))))
		checkGoldenMessage(t, "largest", []byte(payload.Encode(v.Untaken(o, time.Hour, agent.Ref{}))))
		if view := v.OfferConfirm(o.Contacts, o.Note, payload.Address{}); view != nil && Length(view.PrivateMetadata) > metadataMax {
			t.Errorf("metadata of %d", Length(view.PrivateMetadata))
		}
	}
}
