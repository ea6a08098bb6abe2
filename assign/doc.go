// Package assign is the heart of azeer-slack: it keeps the order of assignments per
// contact, carries them out, and sees to it that each ends in one truthful answer.
//
// It knows neither Slack, HTTP nor SQL. What it needs of them it declares as small
// interfaces: [Inbox] (Azeer), [Journal] (the durable record) and [Answerer] (how the
// requester is told). Below it, phone, agent, line and prose read what people write.
package assign
