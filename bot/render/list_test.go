package render

import (
	"slices"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
)

// goldenHistory gives the lists.
func goldenHistory(v Renderer) map[string]Message {
	all := goldenRows()
	owner := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("ليلى أحمد", "layla@twerlo.com")})
	return map[string]Message{
		"history":         v.HistoryOf(History{Contact: goldenRequest.Contact, Owner: owner, Found: all}, "U0MANAGER"),
		"history_unknown": v.HistoryOf(History{Contact: goldenRequest.Contact, Found: all[:1]}, "U0MANAGER"),
		"history_batch":   v.HistoryOf(History{Contact: goldenRequest.Contact, Found: inBatch(all[:2]), Sizes: map[int64]int{4711: 57}}, "U0MANAGER"),
		"history_none":    v.HistoryNone(goldenRequest.Contact),
		"mine":            v.Mine(all, nil),
		"mine_none":       v.Mine(nil, nil),
		"history_unread":  v.Notice("history_unread", nil),
	}
}

// goldenRows is one assignment of every kind, from every place.
func goldenRows() []assign.Assignment {
	omar, sara := to("Omar Hassan", "omar@twerlo.com"), to("سارة & Co <!channel>", "sara@twerlo.com")
	all := []assign.Assignment{
		{},
		goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: sara}),
		goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}),
		goldenOutcome(assign.Outcome{Kind: assign.Failed, Reason: assign.ServerError, Agent: omar, Said: "between you and me"}),
		goldenOutcome(assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Agent: omar}),
		goldenOutcome(assign.Outcome{Kind: assign.Refused, Reason: assign.NoSuchAgent}),
		goldenOutcome(assign.Outcome{Kind: assign.Refused, Reason: assign.KeyRefused, Agent: omar}),
		goldenOutcome(assign.Outcome{Kind: assign.Expired}),
		goldenOutcome(assign.Outcome{Kind: assign.Superseded, Agent: omar}),
		goldenOutcome(assign.Outcome{Kind: assign.Failed, Reason: assign.Busy, Agent: omar}),
		goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: omar}),
	}
	all[0].Request, all[0].AcceptedAt, all[0].Agent = goldenRequest, goldenTime, agent.RefMe()
	origins := []string{"command C0SUPPORT", "button C0SUPPORT", "form", "message C0SUPPORT", "mention C0SUPPORT", "home", "command D0DIRECT1", ""}
	for i := range all {
		all[i].ID, all[i].Origin = int64(40-i), origins[i%len(origins)]
		if i > 3 {
			all[i].Contact = phone.New("96654444444" + string(rune('0'+i%10)))
		}
	}
	all[1].Undoes, all[2].Requester = 38, "U0SARA"
	all[2].Brief.Note = assign.NewNote("Wants a refund & <!channel>\nهادئ")
	return all
}

// inBatch makes the first of some assignments part of a batch.
func inBatch(all []assign.Assignment) []assign.Assignment {
	all = slices.Clone(all)
	all[0].Batch = 4711
	return all
}

// Azeer's words to a requester are for nobody else.
func TestTheHistoryQuotesNobodysAnswers(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		m := v.HistoryOf(History{Contact: goldenRequest.Contact, Found: goldenRows()}, "U0OTHER")
		if strings.Contains(payload.Encode(m), "between you and me") {
			t.Errorf("%s: %s", language, m.Text)
		}
	}
}

// Of several requests for a contact only the newest can be tried again: the others have
// been overtaken.
func TestOnlyTheNewestRequestCanBeTriedAgain(t *testing.T) {
	v := testVoices(t).Default
	failed := goldenOutcome(assign.Outcome{Kind: assign.Failed, Reason: assign.Busy})
	older := failed
	older.ID--
	if n := strings.Count(payload.Encode(v.Mine([]assign.Assignment{failed, older}, nil)), `"action_id":"retry"`); n != 1 {
		t.Errorf("%d buttons to retry, want 1", n)
	}
	done := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("Omar Hassan", "omar@twerlo.com")})
	if n := strings.Count(payload.Encode(v.Mine([]assign.Assignment{done, older}, nil)), `"action_id":"retry"`); n != 0 {
		t.Errorf("%d buttons to retry what was done since", n)
	}
}

// However long the names, a list is a message that Slack takes.
func TestALongListFits(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		rows := goldenRows()
		for i := range rows {
			rows[i].Outcome.Kind, rows[i].Outcome.Reason = assign.Unknown, assign.NotFound
			rows[i].Outcome.Agent = to(strings.Repeat("😀", 300), strings.Repeat("<", 300)+"@twerlo.com")
			rows[i].Agent = agent.RefName(strings.Repeat("&", 300))
			rows[i].Contact = phone.New(strings.Repeat("9", 15-i) + strings.Repeat("1", i))
		}
		for name, m := range map[string]Message{"history": v.HistoryOf(History{Contact: goldenRequest.Contact, Owner: rows[0], Found: rows, Sizes: map[int64]int{rows[1].Batch: 500}}, "U0OTHER"), "mine": v.Mine(rows, nil)} {
			checkGoldenMessage(t, language+" "+name, []byte(payload.Encode(m)))
			if len(m.Blocks) != 1+ListMost+2 {
				t.Errorf("%s: %s has %d blocks", language, name, len(m.Blocks))
			}
		}
	}
}
