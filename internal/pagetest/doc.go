// Package pagetest uses the sandbox's page as people do: in a real browser.
//
// The real program runs as "azeer-slack demo --page"; a headless Chromium opens its page,
// on a desktop's screen and on a phone's. The tests press, tap and type what a person
// would, and look at what a person would see. They reach into nothing: what they know of
// the program beyond the page is its HTTP API, which the page uses, too.
//
// Every test fails on an error in the browser's console, on a request that leaves the
// page's own origin, on a violation of its Content-Security-Policy, and on a breach of
// Slack's rules by the bot, unless the test has announced it.
//
// Chromium is found in PATH. Without it the tests skip; with CI=true they fail. With the
// build tag slow, which CI sets, all are run, and each story on both devices; without it the
// main ones, on one device each.
//
// The pictures of the README and the guides are made here as well:
//
//	go test ./internal/pagetest -run Pictures -update
package pagetest
