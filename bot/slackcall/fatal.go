package slackcall

import (
	"fmt"
)

// Fatal ends Run: Slack refuses in a way that only a person can mend.
type Fatal struct {
	// Code is Slack's word, such as "invalid_auth" or "link_disabled".
	Code string
	// Cure says in plain words what to do.
	Cure string
}

func (f *Fatal) Error() string { return fmt.Sprintf("connect to Slack: %s: %s", f.Code, f.Cure) }
