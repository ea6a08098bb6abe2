package mrkdwn

import (
	"strings"
	"testing"
)

// nameList is a workspace of four names, each also the name a person reads.
type nameList struct{}

func (nameList) UserID(handle string) (string, bool) {
	id, ok := map[string]string{"sara": "U1", "omar.h": "U2", "ليلى": "U3"}[handle]
	return id, ok
}

func (nameList) GroupID(handle string) (string, bool) { return "S1", handle == "leads" }

func (nameList) GroupHandle(id string) (string, bool) { return "leads", id == "S1" }

func (nameList) ChannelID(name string) (string, bool, bool) {
	id, ok := map[string]string{"support": "C1", "vip": "C2"}[name]
	return id, name == "support", ok
}

func (nameList) UserName(id string) (string, bool) {
	name, ok := map[string]string{"U1": "sara", "U2": "omar.h", "U3": "ليلى"}[id]
	return name, ok
}

func (nameList) ChannelName(id string) (string, bool) {
	name, ok := map[string]string{"C1": "support", "C2": "vip"}[id]
	return name, ok
}

func TestEscapeCommandText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, labelled, bare, plain string }{
		{"help", "help", "help", "help"},
		{"a < b & c > d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d"},
		{"<!channel>", "&lt;!channel&gt;", "&lt;!channel&gt;", "&lt;!channel&gt;"},
		{"<@U1>", "&lt;@U1&gt;", "&lt;@U1&gt;", "&lt;@U1&gt;"},
		{"@sara", "<@U1|sara>", "<@U1>", "<@U1|sara>"},
		{"to @sara.", "to <@U1|sara>.", "to <@U1>.", "to <@U1|sara>."},
		{"@omar.h, @ليلى", "<@U2|omar.h>, <@U3|ليلى>", "<@U2>, <@U3>", "<@U2|omar.h>, <@U3|ليلى>"},
		{"to @leads.", "to <!subteam^S1|@leads>.", "to <!subteam^S1>.", "to <!subteam^S1|@leads>."},
		{"@nobody #nowhere", "@nobody #nowhere", "@nobody #nowhere", "@nobody #nowhere"},
		{"#support #vip", "<#C1|support> <#C2|>", "<#C1> <#C2|>", "<#C1|support> <#C2|>"},
		{
			"0544444444 omar@twerlo.com",
			"<tel:0544444444|0544444444> <mailto:omar@twerlo.com|omar@twerlo.com>",
			"<tel:0544444444> <mailto:omar@twerlo.com>",
			"0544444444 omar@twerlo.com",
		},
		{
			"+966 54 444 4444 to omar@twerlo.com.",
			"<tel:+966544444444|+966 54 444 4444> to <mailto:omar@twerlo.com|omar@twerlo.com>.",
			"<tel:+966544444444> to <mailto:omar@twerlo.com>.",
			"+966 54 444 4444 to omar@twerlo.com.",
		},
		{"see https://example.com/?a=1&b=2.", "see <https://example.com/?a=1&amp;b=2>.", "see <https://example.com/?a=1&amp;b=2>.", "see <https://example.com/?a=1&amp;b=2>."},
		{"👉 0544444444 🙏", ":point_right: <tel:0544444444|0544444444> :pray:", ":point_right: <tel:0544444444> :pray:", ":point_right: 0544444444 :pray:"},
		{"example.com", "<http://example.com|example.com>", "<http://example.com|example.com>", "<http://example.com|example.com>"},
		{"٠٥٤٤٤٤٤٤٤٤ me", "٠٥٤٤٤٤٤٤٤٤ me", "٠٥٤٤٤٤٤٤٤٤ me", "٠٥٤٤٤٤٤٤٤٤ me"},
		{"x0544444444 12345", "x0544444444 12345", "x0544444444 12345", "x0544444444 12345"},
	} {
		for _, how := range []struct {
			Escaping
			want string
		}{{Escaping{}, c.labelled}, {Escaping{Bare: true}, c.bare}, {Escaping{PlainAddresses: true}, c.plain}} {
			if got := EscapeCommand(c.typed, nameList{}, how.Escaping); got != how.want {
				t.Errorf("%q with %+v:\n got %q\nwant %q", c.typed, how.Escaping, got, how.want)
			}
		}
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mrkdwn, want string }{
		{"<@U1> and <@U9|someone> and <@U9>", "@sara and @someone and @U9"},
		{"<#C1|old-name> <#C9|> <!here> <!subteam^S1|@support> <!subteam^S1> <!subteam^S9|@old>", "#support #private-channel @here @leads @leads @old"},
		{"<!date^1392734382^{date}|February 18th>", "February 18th"},
		{"<https://example.com|the page> <https://example.com>", "the page https://example.com"},
		{"<mailto:a@example.com|a@example.com> <tel:0544444444>", "a@example.com 0544444444"},
		{"&lt;!channel&gt; &amp;lt;", "<!channel> &lt;"},
		{"*done*: _0544444444_ ~not~ `code *kept*`", "done: 0544444444 not code *kept*"},
		{"thanks :pray: :+1:", "thanks 🙏 👍"},
		{"*bold _and italic_*", "bold and italic"},
		{"```two\nlines```", "two\nlines"},
		{"2*3*4 snake_case_name * alone *", "2*3*4 snake_case_name * alone *"},
		{"*not closed", "*not closed"},
	} {
		if got := PlainText(c.mrkdwn, nameList{}); got != c.want {
			t.Errorf("%q reads %q, want %q", c.mrkdwn, got, c.want)
		}
	}
}

// Law: what a person types, however it is escaped on the way, reads back as typed.
func FuzzEscapedTextReadsAsTyped(f *testing.F) {
	f.Add("0544444444 omar@twerlo.com", false)
	f.Add("@sara, #vip & <b> https://example.com/a?b&c=d|e >", true)
	f.Fuzz(func(t *testing.T, typed string, bare bool) {
		if strings.ContainsAny(typed, "*_~`:") {
			return // formatting marks are meant to vanish, and codes to become emoji
		}
		got := PlainText(EscapeCommand(typed, nameList{}, Escaping{Bare: bare}), nameList{})
		if got != typed && !(bare && strings.ContainsAny(typed, "0123456789")) {
			t.Errorf("typed %q, read %q", typed, got)
		}
	})
}
