package azeer

import "azeer-slack/sandbox/record"

// Changes is what is different in the account, as it is now.
type Changes struct {
	Agents   bool   // the agents of the account
	Contacts bool   // the contacts, and who owned them when they were added
	Calls    []Call // new or gone further, in the order of the changes
}

// What is noted in the record.
type (
	agentsChanged   struct{}
	contactsChanged struct{}
	callChanged     struct{ index int }
)

// Watch starts a watch that tells of every call so far, and of each one after them.
func (z *Account) Watch(rec *record.Recorder) *record.Watch {
	z.mu.Lock() // so that no call comes in between
	defer z.mu.Unlock()
	past := make([]any, len(z.calls))
	for n := range z.calls {
		past[n] = callChanged{n}
	}
	return rec.Watch(past...)
}

// Changes reads again what the account has noted, and leaves out what others have.
func (z *Account) Changes(noted []any) Changes {
	z.mu.Lock()
	defer z.mu.Unlock()
	var c Changes
	for _, thing := range noted {
		switch thing := thing.(type) {
		case agentsChanged:
			c.Agents = true
		case contactsChanged:
			c.Contacts = true
		case callChanged:
			c.Calls = append(c.Calls, z.calls[thing.index])
		}
	}
	return c
}
