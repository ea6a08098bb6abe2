package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

const (
	// intern is somebody who may not assign; the other members may.
	intern = "intern"
	// dutyGroup is the user group of those on duty. The intern is one of them, and away.
	dutyGroup = "support-oncall"
	// auditChannel is where the outcomes are posted, if they are.
	auditChannel = "#audit"
)

// furnish brings somebody without rights into the workspace, something to read, and
// customers into Azeer. Whose they are there the bot does not know.
func furnish(box *sandbox.Sandbox) {
	k := box.Slack
	k.AddPerson(slack.PersonConfig{Handle: intern, Name: "Ines Intern", Locale: "en-US"})
	k.AddChannel(slack.ChannelConfig{Name: strings.TrimPrefix(auditChannel, "#"), BotMember: true})
	k.AddUserGroup(dutyGroup, "omar", "sara", "layla", intern)
	k.Person(intern).SetStatus("On holiday", ":palm_tree:", time.Time{})
	k.SetScopes(append(k.Scopes(), k.Manifest().OptionalBotScopes...)...)
	now := time.Now()
	for ago, c := range []struct{ phone, name, said, owner string }{
		{"966544444444", "Salma Haddad", "Is anybody there? I have been waiting since the morning.", "noura@twerlo.com"},
		{"966555555555", "خالد العتيبي", "أرجو الاتصال بي بخصوص الفاتورة", ""},
		{"966566666666", "Palm Hotel", "Can we move the booking to Thursday?", "layla@twerlo.com"},
		{"971501234567", "Yousef Nasser", "Thank you, that works.", "omar@twerlo.com"},
		{"201001234567", "منى سالم", "وصلت الشحنة، شكرًا لكم", "sara@twerlo.com"},
		{"96550012345", "Amal Farouk", "Please send me the price list.", ""},
	} {
		at := now.Add(-time.Duration(3+7*ago) * time.Minute)
		box.Azeer.AddContact(azeer.Contact{Phone: c.phone, Name: c.name, Said: c.said, SaidAt: at}, c.owner)
	}
	for _, said := range []struct{ who, where, what string }{
		{"sara", "#general", "Good morning! The inbox is filling up. Who takes the new ones?"},
		{"omar", "#general", "Hand them to me: /assign, the number, and omar@twerlo.com. That is me in Azeer."},
		{"sara", "#general", "Amal Farouk, +965 500 12345, wants our prices. She has no owner yet."},
		{"layla", "#general", "والعميل خالد ٠٥٥٥٥٥٥٥٥٥ يسأل عن الفاتورة، من يتابعه؟"},
		{"layla", "#support", "العميل صاحب الرقم ٠٥٤٤٤٤٤٤٤٤ ينتظر منذ الصباح"},
		{"sara", "#support", "And +966 55 555 5555 asks for a call back about the invoice."},
		{"sara", "#vip", "0566666666 is the hotel. Be quick with them, please."},
	} {
		_, _ = k.Person(said.who).TryPost(said.where, "", said.what) // cannot fail: they are all there
	}
	k.Person("sara").PostFile("#vip", "These came from the fair. Assign them with the menu of this message.", slack.File{
		Name: "fair.csv", Type: "text/csv", Content: []byte("Name,Phone\nPalm Hotel,0566666666\nدانة,٠٥٧٧٧٧٧٧٧٧\nNoor Trading,0588888888\n"),
	})
}

// boxSettings are those of the sandbox, with rights for everybody but the intern, and the
// manager as whom to ask. more is added to them.
func boxSettings(box *sandbox.Sandbox, folder string, more map[string]string) lookup {
	values := box.Env()
	var allowed []string
	for _, person := range box.Slack.Persons() {
		if person.Handle() != intern {
			allowed = append(allowed, person.ID())
		}
	}
	values["ALLOWED_USERS"] = strings.Join(allowed, ",")
	values["ADMIN_USERS"] = box.Slack.Person(demoPerson).ID()
	values["OFFER_CHANNEL"] = box.Slack.ChannelID(demoPlace)
	for _, group := range box.Slack.UserGroups() {
		values["DUTY_GROUPS"] = group.ID
	}
	maps.Copy(values, more)
	return demoSettings(values, folder)
}

// audited are the settings with a channel for the outcomes, and messages to the new owners. A transcript goes
// without: of each outcome it would tell once for everybody in the channel.
func audited(box *sandbox.Sandbox, folder string) lookup {
	return boxSettings(box, folder, map[string]string{
		"AUDIT_CHANNEL": box.Slack.ChannelID(auditChannel), "NOTIFY_AGENTS": "true", "RECEIPT_AFTER": "15m",
		"INBOX_URL": "https://app.azeer.example/inbox/{phone}",
	})
}

// demoSettings are those of the sandbox, with what is a matter of taste from the
// environment. Tokens, keys and the journal of a real set-up are never touched: .env is
// not read.
func demoSettings(box map[string]string, folder string) lookup {
	values := map[string]string{
		"DATABASE_URL": "sqlite://" + filepath.Join(folder, "journal.db"),
		"HTTP_ADDR":    "",
		"LOG_LEVEL":    "error",
		"LOG_FORMAT":   "console",
	}
	maps.Copy(values, box)
	taste := []string{"HTTP_ADDR", "LOG_LEVEL", "LOG_FORMAT", "DEFAULT_REGION", "DEFAULT_LANGUAGE"}
	return func(name string) (string, bool) {
		if slices.Contains(taste, name) {
			if value, ok := os.LookupEnv(name); ok {
				return value, true
			}
		}
		value, ok := values[name]
		return value, ok
	}
}
