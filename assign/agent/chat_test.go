package agent

import (
	"slices"
	"testing"
)

func TestAnAgentsAddressesInTheChat(t *testing.T) {
	t.Parallel()
	d := NewDirectory(nil, nil, DirectoryConfig{Aliases: map[string]string{
		"O.Hassan@chat.example": "omar@twerlo.com", "o.h@chat.example": "Omar@twerlo.com", "sara@twerlo.com": "s.ali@twerlo.com",
	}})
	for platform, want := range map[string][]string{
		"omar@twerlo.com":  {"o.h@chat.example", "o.hassan@chat.example", "omar@twerlo.com"},
		"s.ali@twerlo.com": {"sara@twerlo.com", "s.ali@twerlo.com"},
		"sara@twerlo.com":  nil, // that address is somebody else's
		"noura@twerlo.com": {"noura@twerlo.com"},
	} {
		var got []string
		for _, e := range d.ChatEmails(Agent{PlatformID: NewEmail(platform), Email: NewEmail(platform)}) {
			got = append(got, e.Reveal())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", platform, got, want)
		}
	}
	mail := d.ChatEmails(Agent{PlatformID: NewEmail("4711"), Email: NewEmail("layla@twerlo.com")})
	if len(mail) != 2 || mail[0].Reveal() != "layla@twerlo.com" {
		t.Errorf("%d addresses", len(mail))
	}
}
