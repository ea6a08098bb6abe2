// Package rule names the rules of Slack that an app can break; the comment gives what the
// app did. Whether one is broken is found out elsewhere.
package rule

import "azeer-slack/sandbox/record"

// Rules of Socket Mode.
const (
	AckMissing     record.Rule = "ack_missing"      // left an envelope on a healthy socket unacknowledged
	AckLate        record.Rule = "ack_late"         // acknowledged after the deadline
	AckDouble      record.Rule = "ack_double"       // acknowledged one envelope twice
	AckUnknown     record.Rule = "ack_unknown"      // acknowledged an envelope that was never sent, or a hello
	AckTooLarge    record.Rule = "ack_too_large"    // acknowledgement of 20480 bytes or more, dropped
	AckFragmented  record.Rule = "ack_fragmented"   // acknowledgement split over WebSocket frames, dropped
	AckPayload     record.Rule = "ack_payload"      // payload where none is accepted
	AckInvalid     record.Rule = "ack_invalid"      // payload Slack cannot use: bad view, message, options, errors
	AckUnreadable  record.Rule = "ack_unreadable"   // frame that is not a JSON text frame
	AckStray       record.Rule = "ack_stray"        // acknowledged on another socket while RefuseStrayAcks holds
	Ticket         record.Rule = "ticket"           // used a socket URL twice, too late, or made it up
	TooManySockets record.Rule = "too_many_sockets" // opened an eleventh socket
	Ping           record.Rule = "ping_unanswered"  // did not answer a ping with its payload
)

// Rules of the Web API and of response URLs.
const (
	TokenPlace      record.Rule = "token_place"        // wrong kind of token for the method, or in the wrong place
	TriggerExpired  record.Rule = "trigger_expired"    // used a trigger_id after its 3 s
	TriggerUsed     record.Rule = "trigger_used"       // used a trigger_id twice
	TriggerUnknown  record.Rule = "trigger_unknown"    // used a trigger_id Slack never gave
	InvalidView     record.Rule = "invalid_view"       // sent a view that breaks Block Kit's rules
	InvalidMessage  record.Rule = "invalid_message"    // sent a message that breaks Block Kit's rules
	ViewTooLarge    record.Rule = "view_too_large"     // sent a view over 250 KB
	ViewStack       record.Rule = "view_stack"         // pushed a fourth view
	HashConflict    record.Rule = "hash_conflict"      // updated a view with an old hash
	UnknownMethod   record.Rule = "unknown_method"     // called a method the sandbox lacks
	UnknownPath     record.Rule = "unknown_path"       // called a path that is not Slack's
	BadRequest      record.Rule = "bad_request"        // wrong HTTP method, body or arguments
	ResponseUsedUp  record.Rule = "response_used_up"   // used a response_url a sixth time
	ResponseExpired record.Rule = "response_expired"   // used a response_url after 30 min
	ResponseUnknown record.Rule = "response_unknown"   // made up a response_url
	StepOutputs     record.Rule = "step_outputs"       // completed a step with outputs that it has not declared so
	RateLimit       record.Rule = "rate_limit_ignored" // called again before Retry-After was over
)
