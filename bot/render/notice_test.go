package render

import (
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
)

// goldenNotice is about n contacts that Omar was given.
func goldenNotice(n int, state assign.NoticeState) Notice {
	notice := Notice{
		Notice: assign.Notice{ID: 17, State: state, At: goldenTime}, NoticeDetails: payload.NoticeDetails{Owner: "U0OMAR"},
		Inbox: "https://inbox.example/966544444444",
	}
	for i := range n {
		a := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("Omar Hassan", "omar@twerlo.com"), At: goldenTime})
		a.ID += int64(i)
		a.Contact = phone.New("96654444444" + string(rune('4'+i%6)))
		a.Brief.Note = assign.NewNote("Wants a refund & <!channel>\nهادئ")
		notice.Given.Members = append(notice.Given.Members, a)
	}
	if n > 1 {
		notice.Given.ID = 99
	}
	return notice
}

// lostTo makes of a notice one whose first contacts are Sara's since.
func lostTo(n Notice, lost int) Notice {
	for _, a := range n.Given.Members[:lost] {
		a.ID, a.Requester, a.Outcome.Agent = a.ID+100, "U0SARA", to("سارة", "sara@twerlo.com")
		n.Lost = append(n.Lost, a)
	}
	return n
}

func goldenNotices(v Renderer) map[string]Message {
	one, many := goldenNotice(1, assign.NoticeTold), goldenNotice(12, assign.NoticeTold)
	received, declined, again, undone := goldenNotice(1, assign.NoticeReceived), goldenNotice(1, assign.NoticeDeclined), one, goldenNotice(1, assign.NoticeTold)
	declined.Reason = "not <!here> my region"
	handed := declined
	handed.To = agent.RefEmail("layla@twerlo.com").Encode()
	again.Again = true
	undone.Given.Members[0].Undoes, undone.Given.Members[0].Brief = 3, assign.Brief{}
	next, nextOfMany := one, many
	next.Next, nextOfMany.Next = agent.RefGroup("S0ONDUTY", ""), agent.RefGroup("S0ONDUTY", "")
	row := goldenNotice(1, assign.NoticeDeclined)
	row.Details = declined.NoticeDetails.Encode()
	return map[string]Message{
		"notice": v.Notified(one), "notice_many": v.Notified(many), "notice_undone": v.Notified(undone), "notice_again": v.Notified(again),
		"notice_received": v.Notified(received), "notice_declined": v.Notified(declined),
		"notice_lost": v.Notified(lostTo(one, 1)), "notice_lost_some": v.Notified(lostTo(many, 3)),
		"lost_told": v.NoticeLost(lostTo(one, 1)), "lost_told_some": v.NoticeLost(lostTo(many, 3)),
		"untold_account": v.Untold("untold_account", one), "untold_refused": v.Untold("untold_refused", many),
		"receipt_received": v.Receipt(received), "receipt_declined": v.Receipt(declined), "receipt_handed": v.Receipt(handed),
		"receipt_missing": v.Unreceived(one, 15*time.Minute), "receipt_missing_many": v.Unreceived(many, 15*time.Minute),
		"receipt_missing_next": v.Unreceived(next, 15*time.Minute), "receipt_missing_next_many": v.Unreceived(nextOfMany, 15*time.Minute),
		"reminded": v.Reminded(one), "tap_lost": v.TapLate(lostTo(one, 1)), "tap_overtaken": v.TapOvertaken(one), "tap_received": v.TapLate(received),
		"tap_declined": v.TapLate(declined), "tap_gone": v.TapLate(Notice{}), "tap_unsaved": v.Notice("tap_unsaved", nil),
		"audit_received": v.ReceiptAudited(received, false), "audit_declined": v.ReceiptAudited(declined, false),
		"history_received": v.HistoryOf(History{Contact: goldenRequest.Contact, Owner: one.Given.First(), Found: one.Given.Members, Said: Said{17: received.Notice}}, "U0MANAGER"),
		"history_declined": v.HistoryOf(History{Contact: goldenRequest.Contact, Owner: one.Given.First(), Found: one.Given.Members, Said: Said{17: row.Notice}}, "U0MANAGER"),
	}
}

// What owners say is reported as other things are: nobody is notified, and no number is shown.
func TestAReceiptIsAuditedWithoutReasonAndNumber(t *testing.T) {
	for language, v := range testVoices(t).ByLanguage {
		n := goldenNotice(1, assign.NoticeDeclined)
		n.Reason = "a secret"
		raw := payload.Encode(v.ReceiptAudited(n, false))
		if strings.Contains(raw, "<@") || strings.Contains(raw, "secret") || strings.Contains(raw, "54444") {
			t.Errorf("%s: %s", language, raw)
		}
		if raw := payload.Encode(v.ReceiptAudited(n, true)); !strings.Contains(raw, "+966 54 444 4444") {
			t.Errorf("%s: %s", language, raw)
		}
	}
}

// There are never more buttons in a row than a phone shows.
func TestANoticeHasShortRows(t *testing.T) {
	for _, v := range testVoices(t).ByLanguage {
		for _, row := range v.noticeButtons(goldenNotice(1, assign.NoticeTold)) {
			if len(row) > 3 {
				t.Errorf("%d buttons", len(row))
			}
		}
	}
}

// A note of the longest, of characters that are escaped, still makes a message that Slack takes.
func TestTheLongestNoteFits(t *testing.T) {
	for _, v := range testVoices(t).ByLanguage {
		n := goldenNotice(12, assign.NoticeTold)
		n.Given.Members[0].Brief.Note = assign.NewNote(strings.Repeat("&<>\n", 125))
		checkGoldenMessage(t, "longest", []byte(payload.Encode(v.Notified(n))))
	}
}
