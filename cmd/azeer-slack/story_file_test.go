package main

import (
	"context"
	"strings"
	"testing"

	"azeer-slack/sandbox/slack"
)

// readsFiles grants the optional scope for that.
func readsFiles(w *world) { w.Slack.SetScopes(append(w.Slack.Scopes(), "files:read")...) }

// seesFormOf waits until the form says all of the words, after the app has read a file.
func (p someone) seesFormOf(words ...string) *slack.Form {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.ctx, patience)
	defer cancel()
	f, err := p.FormWhere(ctx, func(f *slack.Form) bool {
		for _, word := range words {
			if !strings.Contains(f.Plain(), word) {
				return false
			}
		}
		return true
	})
	if err != nil {
		p.w.t.Fatalf("%v\n%s", err, p.w.logs.all())
	}
	return f
}

func csvFile(name, content string) slack.File {
	return slack.File{Name: name, Type: "text/csv", Content: []byte(content)}
}

func TestTheNumbersOfAFileAreAssigned(t *testing.T) {
	w := begin(t)
	readsFiles(w)
	manager, sara := w.person("manager"), w.person("sara")
	content := "\ufeffName,Phone,Since\r\n\"Harbi, Khalid\",0544444444,2026-11-01\r\n\"A\nB\",٠٥٥٥٥٥٥٥٥٥,\r\nX,05444,\r\nNoura,0544444444,"
	m := sara.PostFile("#general", "who takes these?", csvFile("customers.csv", content))
	manager.MessageShortcut(fromMessage, m)
	f := manager.seesFormOf("2 phone numbers in customers.csv", "More than once: 1", "can't read 1 more", "line 5", "05444")
	manager.assigns(f, map[string]string{})
	if f.Closed || !strings.Contains(f.Plain(), "2 contacts") {
		manager.reads("2 of 2 contacts assigned to Omar Hassan")
	}
	w.owner("966555555555", "omar@twerlo.com")
	sara.takes(m)
	f = sara.seesFormOf("2 phone numbers in customers.csv", "Take contact")
	sara.submits(f, nil)
	if answer := sara.reads("2 of 2 contacts assigned to Sara Ali"); answer.Where != "#general" {
		t.Errorf("answered in %s", answer.Where)
	}
}

func TestManyNumbersOfAFileAreConfirmed(t *testing.T) {
	w := begin(t)
	readsFiles(w)
	manager, layla := w.person("manager"), w.person("layla")
	utf16 := []byte{0xff, 0xfe}
	for _, c := range strings.Join(numbers(40), "\n") {
		utf16 = append(utf16, byte(c), 0)
	}
	m := w.Slack.Person("sara").PostFile("#general", "0566666666 too", slack.File{Name: "all.txt", Type: "text/plain", Content: utf16})
	manager.MessageShortcut(fromMessage, m)
	f := manager.seesFormOf("41 phone numbers in all.txt")
	manager.assigns(f, map[string]string{})
	if !strings.Contains(f.Plain(), "Assign 41 contacts") {
		t.Errorf("the question says\n%s", f.Plain())
	}
	manager.submits(f, nil)
	manager.reads("41 of 41 contacts assigned to Omar Hassan")
	layla.MessageShortcut(fromMessage, w.Slack.Person("sara").PostFile("#general", "", csvFile("one.csv", "0555555555")))
	layla.seesFormOf("+966 55 555 5555")
}

func TestAFileThatIsNotReadSaysWhy(t *testing.T) {
	w := begin(t)
	manager, layla := w.person("manager"), w.person("layla")
	sara := w.Slack.Person("sara")
	sheet := slack.File{Name: "book.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: []byte("PK")}
	few := csvFile("few.csv", "0544444444\n0555555555")
	shows := func(p someone, f slack.File, words ...string) *slack.Form {
		t.Helper()
		p.MessageShortcut(fromMessage, sara.PostFile("#general", "", f))
		form := p.seesFormOf(words...)
		p.Cancel(form)
		return form
	}
	shows(manager, few, "does not let me read few.csv", "files:read")
	shows(layla, few, "لا يسمح Slack بقراءة", "files:read")
	readsFiles(w)
	shows(manager, sheet, "can't read book.xlsx", "CSV")
	shows(manager, csvFile("big.csv", strings.Repeat("0544444444\n", 100_000)), "larger than 1 MB")
	shows(manager, csvFile("many.csv", strings.Join(numbers(501), "\n")), "more than 500 phone numbers")
	shows(manager, csvFile("none.csv", "a,b\nc,d"), "no phone number in none.csv")
	w.Slack.FailAPI(slack.FilesMethod, 1, slack.Failure{Status: 503})
	shows(manager, few, "could not read few.csv")
	form := shows(manager, few, "2 phone numbers in few.csv")
	if strings.Contains(form.Plain(), "Reading") {
		t.Errorf("the form says\n%s", form.Plain())
	}
	// A file that is beside the point is no reason to ask for anything.
	f := manager.shortcut(sara.PostFile("#general", "call 0544444444", sheet))
	if f.Values()["contact"] != "+966 54 444 4444" {
		t.Errorf("the form says\n%s", f.Plain())
	}
}
