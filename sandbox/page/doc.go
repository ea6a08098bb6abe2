// Package page is the sandbox in a browser: a Slack workspace to click in, the
// Azeer account beside it, a timeline of what happened, and switches for trouble.
//
// It is one page of plain files (folder web), embedded, and a small API for it:
//
//	GET  /api/state    all that one person sees, see [State]
//	GET  /api/events   what has changed since, as server-sent events, see [Event]
//	POST /api/act      what the person does, see the acts in act.go
//	GET  /api/gallery  samples of every message and view of the app
//
// The first three may say at which client the person sits (client=…): open forms belong
// to the one that asked for them.
//
// The page is for the developer at this machine. It listens on loopback only, unless
// [Config.Reachable] says otherwise, and is deaf to whoever talks to it under another name
// or from another page (guard.go).
// It knows the app no better than Slack does; package sandbox does all the work.
package page
