package assign

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
