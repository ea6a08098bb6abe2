package bot

import (
	"testing"

	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
)

func TestASourceIsTheOneOfItsCall(t *testing.T) {
	for _, c := range []struct {
		kind    payload.Kind
		payload payload.Payload
		want    string
	}{
		{payload.SlashCommand, payload.Payload{ChannelID: "C0SUPPORT"}, "command C0SUPPORT"},
		{payload.SlashCommand, payload.Payload{ChannelID: "D0DIRECT1"}, "command D0DIRECT1"},
		{payload.EventCallback, payload.Payload{Event: payload.Event{Channel: "C0SUPPORT"}}, "mention C0SUPPORT"},
		{payload.BlockActions, payload.Payload{}, "home"},
		{payload.BlockActions, clicked("C0SUPPORT"), "button C0SUPPORT"},
	} {
		call := &inbound.Call{Payload: c.payload, Kind: c.kind}
		if got := originOf(call).Encode(); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
}

func clicked(channel string) (p payload.Payload) {
	p.Channel.ID = channel
	return p
}
