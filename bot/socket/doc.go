// Package socket keeps a bot connected to Slack by Socket Mode without deaf minutes.
//
// A Client holds a few WebSockets at once, each in a slot of its own:
//
//	slot 1   ──────── old ────────┬─ warned: still read ─┤ closed
//	                              └──── replacement ──────────────────
//	slot 2   ───────────── opened a little later ─────────────────────
//
// When Slack says that it is about to close a socket, the slot opens another at once and
// goes on reading the old one until Slack closes it, so that nothing sent behind the
// announcement is lost. A socket that breaks, or on which nothing is heard, is replaced at
// once as well. Only openings that fail come slower; all slots share one bound on how often
// Slack is asked for a socket. What no retry can mend (Socket Mode switched off, a bad token) ends Run with a *Fatal that says what to do.
//
// Here live sockets, envelopes and acknowledgements. What an envelope's payload means is
// none of this package's business; neither is noticing an envelope that comes twice.
//
// Slack's side is described at https://docs.slack.dev/apis/events-api/using-socket-mode.
package socket
