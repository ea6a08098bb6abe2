// Package agent is about the people of the Azeer inbox: the list of them in memory, and who
// of them is meant by an address, a name, a mention or "me". It knows no phone numbers, no
// Slack and no HTTP; what it needs it declares as [Lister] and [People].
package agent

// Agent is a person in the Azeer inbox, as the agent list shows them.
type Agent struct {
	// PlatformID is what Azeer's assign endpoint takes, in practice the login email.
	PlatformID Email
	// Email is for showing and matching; it may equal PlatformID.
	Email Email
	// Name is for showing; never empty (Email stands in).
	Name string
	// Inactive agents are not offered, and cannot be given contacts.
	Inactive bool
}
