package payload

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"azeer-slack/assign/prose"
)

func TestAllThatAMessageSaysIsRead(t *testing.T) {
	for name, c := range map[string]struct{ message, want string }{
		"text":       {`{"text":"call 0544444444"}`, "966544444444"},
		"tel link":   {`{"text":"call <tel:+966544444444|him>"}`, "966544444444"},
		"no text":    {`{"text":""}`, ""},
		"of nothing": {`{}`, ""},
		"rich text": {`{"text":"","blocks":[{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"},{"type":"text","text":" 054 444"},{"type":"text","text":" 4444","style":{"bold":true}},{"type":"text","text":"\n0555555555"}]},
			{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"order 0512345678"}]},
				{"type":"rich_text_section","elements":[{"type":"link","url":"tel:0566666666","text":"call | him"}]}]},
			{"type":"rich_text_quote","elements":[{"type":"link","url":"https://wa.me/966577777777"},{"type":"emoji","name":"x"},{"type":"text","text":"0588888888"}]}]}]}`,
			"966544444444 966555555555 966566666666 966577777777 966588888888"},
		"emoji between": {`{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
			{"type":"text","text":"0544444444"},{"type":"emoji","name":"phone"},{"type":"text","text":"0555555555"}]}]}]}`, "966544444444 966555555555"},
		"section":     {`{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*Phone:* 0544444444"}}]}`, "966544444444"},
		"plain text":  {`{"blocks":[{"type":"section","text":{"type":"plain_text","text":"<0544444444> & co"}}]}`, "966544444444"},
		"fields":      {`{"blocks":[{"type":"section","fields":[{"type":"mrkdwn","text":"*Order:*\n0512345678"},{"type":"mrkdwn","text":"*Phone*\n0544444444"}]}]}`, "966544444444"},
		"label field": {`{"blocks":[{"type":"section","fields":[{"type":"mrkdwn","text":"*Order ID*"},{"type":"mrkdwn","text":"0512345678"}]}]}`, ""},
		"context":     {`{"blocks":[{"type":"context","elements":[{"type":"image","alt_text":"0555555555"},{"type":"plain_text","text":"0544444444"}]}]}`, "966544444444"},
		"header":      {`{"blocks":[{"type":"header","text":{"type":"plain_text","text":"Lead 0544444444"}}]}`, "966544444444"},
		"markdown":    {`{"blocks":[{"type":"markdown","text":"**Lead** 0544444444"}]}`, "966544444444"},
		"table": {`{"blocks":[{"type":"table","rows":[[{"type":"raw_text","text":"Phone"},{"type":"rich_text","elements":[{"type":"rich_text_section",
			"elements":[{"type":"text","text":"0544444444"}]}]}]]}]}`, "966544444444"},
		"buttons": {`{"blocks":[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"0544444444"}}]}]}`, ""},
		"attachment": {`{"attachments":[{"pretext":"0544444444","title":"0555555555","text":"0566666666","fallback":"0544444444 0577777777",
			"fields":[{"title":"Order","value":"0512345678"},{"title":"Phone","value":"588888888"}],"footer":"0599999999"}]}`,
			"966544444444 966555555555 966566666666 966588888888 966577777777 966599999999"},
		"blocks of one":  {`{"attachments":[{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"0544444444"}}]}]}`, "966544444444"},
		"shared message": {`{"attachments":[{"is_share":true,"message_blocks":[{"message":{"blocks":[{"type":"header","text":{"type":"plain_text","text":"0544444444"}}]}}]}]}`, "966544444444"},
		"text and blocks": {`{"text":"0544444444 and 0555555555","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"0555555555 and 0544444444"}}]}`,
			"966544444444 966555555555"},
		"who wrote": {`{"subtype":"bot_message","username":"Sara +966 54 444 4444","text":"where is my order?"}`, "966544444444"},
		"a name is no label": {`{"username":"Orders","text":"0544444444 asks","attachments":[{"author_name":"Tickets","text":"0555555555"}],
			"files":[{"title":"Invoice"},{"title":"0566666666"}]}`, "966544444444 966555555555 966566666666"},
		"author": {`{"attachments":[{"author_name":"سارة 0544444444","author_subname":"0555555555","text":"hello"}]}`, "966544444444 966555555555"},
		"files": {`{"text":"","files":[{"title":"Voice message of 0544444444","name":"0577777777.ogg"},{"title":"0588888888.pdf"},null],
			"attachments":[{"files":[{"title":"chat with 0555555555"}]}]}`, "966555555555 966544444444"},
		"image": {`{"blocks":[{"type":"image","title":{"type":"plain_text","text":"from 0544444444"},"alt_text":"0555555555"}]}`, "966544444444"},
		"card": {`{"blocks":[{"type":"card","title":{"type":"mrkdwn","text":"0544444444"},"subtitle":{"type":"plain_text","text":"<0555555555>"},
			"body":{"type":"mrkdwn","text":"order 0512345678, phone 0566666666"},"actions":[{"type":"button","text":{"type":"plain_text","text":"0577777777"}}]}]}`,
			"966544444444 966555555555 966566666666"},
		"carousel":  {`{"blocks":[{"type":"carousel","elements":[{"type":"card","title":{"type":"mrkdwn","text":"0544444444"}},{"type":"card","body":{"type":"mrkdwn","text":"0555555555"}}]}]}`, "966544444444 966555555555"},
		"container": {`{"blocks":[{"type":"container","title":{"type":"plain_text","text":"Lead"},"child_blocks":[{"type":"section","text":{"type":"mrkdwn","text":"0544444444"}}]}]}`, "966544444444"},
		"new kinds": {`{"blocks":[{"type":"lead","title":"0544444444","description":{"type":"plain_text","text":"0555555555"},"url":"0566666666"}]}`, "966544444444 966555555555"},
		"odd types": {`{"text":5,"blocks":{"x":1},"attachments":["0544444444",{"fields":[7,{"value":"0544444444"}],"blocks":[null,{"type":"rich_text","elements":"x"}]}]}`, "966544444444"},
	} {
		var digits []string
		for _, found := range prose.Find(Text(json.RawMessage(c.message)), "SA") {
			digits = append(digits, found.Phone.Digits())
		}
		if got := strings.Join(digits, " "); got != c.want {
			t.Errorf("%s: found %q, want %q in\n%s", name, got, c.want, Text(json.RawMessage(c.message)))
		}
	}
}

// FuzzWritten: whatever a message is made of, what is read of it is short, and cut
// nowhere but between words.
func FuzzWritten(f *testing.F) {
	f.Add([]byte(`{"text":"call 0544444444","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"tel:1"}]}]}]}`))
	f.Add([]byte(`{"attachments":[{"fields":[{"title":"Phone","value":"0544444444"}],"message_blocks":[{"message":{"text":"x"}}]}]}`))
	f.Add([]byte(`{"text":"` + strings.Repeat("٠٥٤٤٤٤٤٤٤٤ ", 2000) + `"}`))
	f.Add([]byte(strings.Repeat(`{"attachments":[`, 5000)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text := Text(raw)
		if len(text) > textMost || !utf8.ValidString(text) {
			t.Fatalf("%d bytes, valid %t", len(text), utf8.ValidString(text))
		}
		for _, found := range prose.Find(text, "SA") {
			if found.Phone.IsZero() {
				t.Error("a number without digits")
			}
		}
	})
}
