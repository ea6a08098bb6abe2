// Package sandbox is the outside world in a box: a Slack workspace and an Azeer
// account, both served on loopback over real HTTP and real WebSockets.
//
// The Slack side does to an app what Slack does: it opens Socket Mode
// connections, delivers commands, clicks and forms, waits three seconds for the
// acknowledgement, spends triggers and response URLs, checks tokens, scopes and
// Block Kit, and refuses in Slack's own words. What it lacks answers
// unknown_method. Every breach of a rule by the app is recorded, see
// [Sandbox.Breaches], so a test can fail on it even where Slack says nothing.
//
// A test (or the demo) drives it as people do: see [Person]. Package page draws it in
// a browser, from [Person.Screen] and what a [Watch] tells. Nothing here
// imports the app: it is reached only over the network, as Slack is.
package sandbox
