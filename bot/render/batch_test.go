package render

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render/pack"
	"azeer-slack/bot/texts"
	"azeer-slack/sandbox/blockkit"
)

// goldenBatch is one of n contacts; what became of them comes round.
func goldenBatch(n int, outcomes ...assign.Outcome) assign.Batch {
	b := assign.Batch{ID: 4711}
	for i := range n {
		a := goldenOutcome(outcomes[i%len(outcomes)])
		a.ID, a.Batch, a.Origin = int64(17+i), b.ID, "command C0SUPPORT"
		a.Contact = phone.New(fmt.Sprintf("96654444%04d", 4000+i))
		b.Members = append(b.Members, a)
	}
	return b
}

func goldenBatches(v Renderer) map[string]Message {
	omar := to("Omar Hassan", "omar@twerlo.com")
	done := assign.Outcome{Kind: assign.Assigned, Agent: omar}
	mixed := goldenBatch(16, done, done, assign.Outcome{Kind: assign.Refused, Reason: assign.NotFound, Agent: omar},
		assign.Outcome{Kind: assign.Unknown, Reason: assign.NoReply, Agent: omar}, assign.Outcome{Kind: assign.Superseded, Agent: omar},
		assign.Outcome{Kind: assign.Failed, Reason: assign.Stopped, Agent: omar}, done, assign.Outcome{Kind: assign.Expired, Agent: omar})
	handed := goldenBatch(3, done)
	for i := range handed.Members {
		handed.Members[i].Origin = "handover C0SUPPORT"
	}
	undone := goldenBatch(3, done)
	for i := range undone.Members {
		undone.Members[i].Undoes = int64(i + 1)
	}
	some, _ := line.ParseMany("0544444444, 0555555555 0566666666 +966544444444\n05444\n054444444x omar@twerlo.com", "SA")
	many := line.Many{Contacts: make([]phone.Number, 0, 57), Agent: agent.RefEmail("omar@twerlo.com")}
	for i := range 57 {
		many.Contacts = append(many.Contacts, phone.New(fmt.Sprintf("96654444%04d", i)))
	}
	asked := assign.Request{Requester: "U0MANAGER", Agent: many.Agent}
	contacts := some.Contacts
	return map[string]Message{
		"batch_done":          v.BatchOutcome(goldenBatch(3, done)),
		"batch_mixed":         v.BatchOutcome(mixed),
		"batch_undone":        v.BatchOutcome(undone),
		"batch_progress":      v.BatchProgress(goldenBatch(57, done, assign.Outcome{})),
		"batch_confirm":       v.BatchQuestion(many, asked, 12),
		"batch_unread":        v.BatchQuestion(some, asked, 0),
		"batch_left":          v.BatchLeft(contacts),
		"batch_too_many":      v.BatchTooMany(many.Contacts, line.MaxInLine),
		"batch_stopped":       v.Notice("batch_stopped", texts.Data{"Count": 14}),
		"several_none":        v.Notice("several_none", texts.Data{"Phone": v.ExamplePhone()}),
		"batch_joined":        v.Notice("batch_joined", nil),
		"batch_late":          v.Notice("batch_late", nil),
		"batch_no_agent":      v.BatchNoAgent(many.Contacts, "/assign"),
		"batch_not_stored":    v.Notice("batch_not_stored", nil),
		"batch_not_stopped":   v.Notice("batch_not_stopped", nil),
		"batch_not_yours":     v.Notice("batch_not_yours", nil),
		"batch_nothing_to_do": v.Notice("batch_nothing_to_do", nil),
		"batch_ended":         v.Notice("batch_ended", nil),
		"batch_failed":        v.BatchOutcome(goldenBatch(12, assign.Outcome{Kind: assign.Failed, Reason: assign.Busy, Agent: omar})),
		"batch_audit":         v.BatchAudited(mixed, "Mona Manager", "Omar Hassan"),
		"handover":            v.HandoverQuestion(goldenHandover(3, false)),
		"handover_one":        v.HandoverQuestion(goldenHandover(1, false)),
		"handover_many":       v.HandoverQuestion(goldenHandover(assign.MaxBatch, true)),
		"handover_duty":       v.HandoverQuestion(Handover{From: omar, Group: goldenGroup, Contacts: goldenHandover(2, false).Contacts, Last: 9}),
		"handover_how":        v.HandoverHow("/assign"),
		"handover_none":       v.HandoverWrong(v.HandoverNothing(goldenHandover(0, true))),
		"handover_same":       v.HandoverWrong(v.HandoverNothing(Handover{From: omar, To: omar})),
		"handover_who":        v.HandoverWrong(v.HandoverUnknown(BlockFrom, agent.RefName("omr"), "U0MANAGER", &agent.Unresolved{Reason: agent.NoSuchAgent, Nearest: agent.Nearest{Agents: []agent.Agent{omar}}})),
		"handover_split":      v.Notice("handover_split", texts.Data{"Typed": texts.Quoted("omar hassan sara ali"), "Line": texts.Code("/assign handover Omar Hassan to Sara Ali")}),
		"handover_left":       v.Notice("handover_left", texts.Data{"Count": 3}),
		"handover_audit":      v.BatchAudited(handed, "Mona Manager", "Sara Ali"),
		"batch_mine":          v.Mine([]assign.Assignment{mixed.First(), goldenRows()[1]}, Batches{mixed.ID: mixed}),
	}
}

// goldenHandover is one of n contacts.
func goldenHandover(n int, since bool) Handover {
	h := Handover{From: to("Omar Hassan", "omar@twerlo.com"), To: to("Sara Ali", "sara@twerlo.com"), First: 17, Last: 900, More: n == assign.MaxBatch}
	if since {
		h.Since = goldenTime
	}
	for i := range n {
		h.Contacts = append(h.Contacts, phone.New(fmt.Sprintf("96654444%04d", 4000+i)))
	}
	return h
}

func goldenBatchViews(v Renderer) map[string]any {
	omar := to("Omar Hassan", "omar@twerlo.com")
	done := assign.Outcome{Kind: assign.Assigned, Agent: omar}
	some, _ := line.ParseMany("0544444444, 0555555555 0566666666\n05444", "SA")
	from := payload.Address{Channel: "C0SUPPORT"}
	asked := assign.Request{Requester: "U0MANAGER", Agent: agent.RefEmail("omar@twerlo.com")}
	data := func() texts.Data {
		return texts.Data{"Name": "customers.csv", "Limit": "1 MB", "Scope": texts.Code("files:read"), "Most": assign.MaxBatch}
	}
	return map[string]any{
		"file_found":       v.FormListed(some, []string{"customers.csv", "more.txt"}, FormContent{}, from),
		"file_one":         v.FormListed(line.Many{Contacts: some.Contacts[:1]}, []string{"customers.csv"}, FormContent{Mine: true}, from),
		"file_reading":     v.Panel("", v.Texts.Text("file_reading", data())),
		"file_none":        v.FormBeside("file_none", data(), FormContent{}, from),
		"file_wrong_type":  v.FormBeside("file_wrong_type", data(), FormContent{}, from),
		"file_too_large":   v.FormBeside("file_too_large", data(), FormContent{}, from),
		"file_too_many":    v.FormBeside("file_too_many", data(), FormContent{}, from),
		"file_not_granted": v.FormBeside("file_not_granted", data(), FormContent{}, from),
		"file_unread":      v.FormBeside("file_unread", data(), FormContent{}, from),
		"several":          v.FormSeveral("", FormContent{}, payload.Address{}),
		"several_filled":   v.FormSeveral(TypedList(some.Contacts), FormContent{NoList: true}, from),
		"several_confirm":  v.SeveralConfirm(some, asked, 2, from),
		"batch":            v.BatchView(goldenBatch(5, done, assign.Outcome{Kind: assign.Refused, Reason: assign.NotFound, Agent: omar}), "U0MANAGER"),
		"handover_form":    v.HandoverForm(false, payload.Address{}),
		"handover_no_list": v.HandoverForm(true, from),
		"handover_confirm": v.HandoverConfirm(goldenHandover(37, true), from),
		"handover_list":    v.HandoverView(goldenHandover(57, false)),
		"batch_open":       v.BatchView(goldenBatch(5, done, assign.Outcome{}), "U0OTHER"),
	}
}

func TestABatchOfAnySizeFits(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		for _, o := range []assign.Outcome{{}, {Kind: assign.Assigned}, {Kind: assign.Refused, Reason: assign.NotFound}} {
			b := goldenBatch(assign.MaxBatch, o)
			for _, m := range []Message{v.BatchOutcome(b), v.BatchProgress(b)} {
				checkGoldenMessage(t, language, []byte(payload.Encode(m)))
			}
			for _, problem := range blockkit.View([]byte(payload.Encode(v.BatchView(b, "U0MANAGER"))), "/view") {
				t.Errorf("%s: %s at %s", language, problem.Message, problem.Pointer)
			}
			if all := strings.Join(v.BatchList(b, 0), ""); !strings.Contains(all, b.Members[499].Contact.International()) {
				t.Errorf("%s: the last contact is not listed", language)
			}
			if all := strings.Join(v.BatchList(b, 3), ""); strings.Contains(all, "4444") || !strings.Contains(all, "…499") {
				t.Errorf("%s: numbers are not masked: %.200s", language, all)
			}
		}
	}
}

func TestAButtonHoldsAWholeBatch(t *testing.T) {
	v := testVoices(t).Default
	random := rand.New(rand.NewPCG(1, 2))
	for _, from := range []int64{966_500_000_000, 100_000_000_000_000} {
		var m line.Many
		for range assign.MaxBatch {
			m.Contacts = append(m.Contacts, phone.New(fmt.Sprint(from+random.Int64N(from/10))))
		}
		r := assign.Request{Requester: "U1", Agent: agent.RefEmail(strings.Repeat("o", 60) + "@twerlo.com")}
		raw := payload.Encode(v.BatchQuestion(m, r, 0))
		checkGoldenMessage(t, "", []byte(raw))
		if !strings.Contains(raw, `"action_id":"batch"`) {
			t.Errorf("no button: %.300s", raw)
		}
		back := DecodeContacts(EncodeContacts(m.Contacts))
		if len(back) != len(m.Contacts) {
			t.Fatalf("%d of %d came back", len(back), len(m.Contacts))
		}
		for _, c := range m.Contacts {
			if !slices.ContainsFunc(back, func(b phone.Number) bool { return b.ID() == c.ID() }) {
				t.Fatalf("a number was lost")
			}
		}
	}
	for _, strange := range []string{"", "abc", "\u4e00", "\u4e01x"} {
		if got := DecodeContacts(strange); len(got) != 0 {
			t.Errorf("%q gave %d contacts", strange, len(got))
		}
	}
}

func FuzzPacked(f *testing.F) {
	f.Add(uint64(966544444444), uint64(1), uint64(999999999999999))
	f.Fuzz(func(t *testing.T, a, b, c uint64) {
		want := []uint64{a, b, c}
		slices.Sort(want)
		want = slices.Compact(want)
		if want[0] == 0 {
			want = want[1:]
		}
		if got := pack.Read(pack.Numbers(want)); !slices.Equal(got, want) {
			t.Errorf("%v came back as %v", want, got)
		}
	})
}
