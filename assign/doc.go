// Package assign is the heart of azeer-slack: it reads what people type, keeps the
// order of assignments per contact, carries them out, and sees to it that each ends
// in one truthful answer.
//
// It knows neither Slack, HTTP nor SQL. What it needs of them it declares as small
// interfaces: Inbox (Azeer), Journal (the durable record), People (who a chat user
// is) and Answerer (how the requester is told).
package assign
