// Package azeer is a client of the REST API of Azeer (formerly Mottasl), a shared
// WhatsApp inbox. It assigns contacts to agents and reads the list of agents:
//
//	client, err := azeer.New(os.Getenv("AZEER_API_KEY"), azeer.Config{})
//	...
//	_, err = client.Assign(ctx, "966544444444", "omar@twerlo.com")
//
// # Exact in what it sends
//
// A contact is its phone in E.164 digits without the plus, an agent is its platform_id, in
// practice the email the agent signs in with. Nothing is sent that is empty, and a path
// never holds an unescaped id.
//
// # Tolerant in what it reads
//
// The vendor's pages show several envelopes for one API and no list of agents that
// could be trusted, so all plausible shapes are read, and fields under all their
// plausible names. What is none of them is [ErrUnrecognised], never an empty list.
//
// # Errors
//
// Every error of a call is an [*Error]. Its Effect says what matters most to somebody who
// wanted something changed: it was [Refused], it was [NotDone], or it is [Perhaps] done.
//
//	var fault *azeer.Error
//	if errors.As(err, &fault) && fault.Effect == azeer.Perhaps {
//		// the contact may or may not belong to the agent now
//	}
//
// The text of an error never holds the key, a phone, an email or words of the vendor; these
// last are in Error.Message, for whoever may read them.
//
// # What it leaves to its user
//
// Assign makes one attempt: only the caller knows whether a newer wish for the same contact
// makes repeating wrong. Reads are repeated, three tries at most. There is no
// cache and no limit on parallel calls; a handful at once is good manners.
//
// The vendor's documentation is at https://docs.azeer.com.
package azeer
