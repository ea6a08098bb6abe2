package main

import (
	"strings"
	"testing"
)

// hostileNote is a note that would ping everybody, if it could.
const hostileNote = "<!channel> wants a *refund* & more\ncalm them first"

func TestANoteIsInTheHistoryAndInNoLog(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	sara.types("#support", "/assign 0544444444 omar@twerlo.com note: "+hostileNote)
	sara.reads("now belongs to", "Omar Hassan")
	sara.types("#support", "/assign 0544444444")
	f := sara.form()
	sara.picks(f, "agent", "layla")
	sara.submits(f, map[string]string{"agent": "layla@twerlo.com", "note": "speaks <!here> Arabic"})
	sara.reads("now belongs to", "layla@twerlo.com")
	w.restart(func() {})
	sara.types("#support", "/assign history 0544444444")
	m := sara.reads("📝 speaks <!here> Arabic", "📝 <!channel> wants a refund & more calm them first")
	if raw := m.Text + string(m.Blocks); strings.Contains(raw, "<!here") || strings.Contains(raw, "<!channel") {
		t.Errorf("pings: %s", raw)
	}
	sara.types("#support", "/assign mine")
	sara.reads("📝 speaks", "📝 <!channel>")
	for _, word := range []string{"refund", "calm", "speaks"} {
		if strings.Contains(w.logs.all(), word) {
			t.Errorf("the log holds the note: %q", word)
		}
	}
}

func TestANoteInArabic(t *testing.T) {
	w := begin(t)
	layla := w.person("layla")
	layla.types("#general", "/assign ٠٥٤٤٤٤٤٤٤٤ omar@twerlo.com ملاحظة: يريد استرداد المبلغ")
	layla.reads("تم إسناد العميل")
	layla.types("#general", "/assign سجل 0544444444")
	m := layla.reads("📝", "يريد استرداد المبلغ")
	w.checkArabic(withoutChannels.ReplaceAllString(m.Plain(), ""))
	layla.types("#general", "/assign 0544444444 omar@twerlo.com ملاحظة: "+strings.Repeat("ن", 501))
	layla.reads("لم يتم أي إجراء", "الملاحظة أطول")
}

// What was typed as a note is in the form that opens for the other half, and in the next try.
func TestANoteIsKept(t *testing.T) {
	w := begin(t)
	sara, manager, omar := w.person("sara"), w.person("manager"), w.person("omar")
	sara.types("#support", "/assign 0544444444 note: be quick")
	if f := sara.form(); !strings.Contains(f.Plain(), "be quick") {
		t.Errorf("the form lacks the note: %s", f.Plain())
	}
	manager.types("#support", "/assign 05444 omar@twerlo.com note: be quick")
	m := manager.reads("Nothing was done")
	manager.clicks(m, "Fix in form")
	if f := manager.form(); !strings.Contains(f.Plain(), "be quick") {
		t.Errorf("the form lacks the note: %s", f.Plain())
	}
	omar.types("#support", "/assign 0544444444 nobody@twerlo.com note: be quick")
	m = omar.reads("no agent")
	omar.clicks(m, "Fix in form")
	f := omar.form()
	omar.picks(f, "agent", "omar")
	omar.submits(f, map[string]string{"agent": "omar@twerlo.com"})
	omar.reads("now belongs to")
	omar.types("#support", "/assign history 0544444444")
	if m := omar.reads("📝"); strings.Count(m.Plain(), "📝 be quick") != 2 {
		t.Errorf("read %s", m.Plain())
	}
}

func TestAMentionMayEndWithANote(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	manager.Post("#general", "@azeer please assign 0544444444 to omar@twerlo.com, note: 0555555555 is his wife")
	manager.reads("now belongs to", "Omar Hassan")
	manager.Post("#general", "0566666666 omar@twerlo.com note: be quick @azeer")
	manager.reads("now belongs to", "Omar Hassan")
	manager.types("#support", "/assign mine")
	manager.reads("📝 be quick", "📝 0555555555 is his wife")
}

func TestANoteGoesWithABatch(t *testing.T) {
	w := begin(t)
	sara := w.person("sara")
	sara.types("#support", "/assign 0544444444 0555555555 omar@twerlo.com note: one family")
	sara.reads("2 of 2")
	sara.types("#support", "/assign history 0555555555")
	sara.reads("📝 one family")
}
