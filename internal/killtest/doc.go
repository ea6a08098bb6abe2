// Package killtest proves by killing it that azeer-slack loses nothing.
//
// The real program runs as a child process against the sandbox, which lives in the test.
// Several people type commands and submit forms without a pause; meanwhile the child is
// killed by SIGKILL, at random moments and at named points of an assignment's way, and
// started again on the same journal. In the end the books must balance:
//
//   - every request that Slack saw acknowledged was answered, and what was answered twice
//     had a kill between the two answers;
//   - per contact no older request took effect after a newer one, the owner is that of
//     the last request that Azeer took, and a request answered with "done" was carried out;
//   - whatever was carried out was answered, acknowledged or not.
//
// The named points exist only in a build with the tag killpoints, which the test makes;
// see cmd/azeer-slack/killpoints_on.go.
//
// A short run is part of go test ./... ; the tag slow, which CI sets, adds batches, offers,
// steps, notices, choices and an instance that is frozen. The long run goes on for as long as
// asked, a third of it on SQLite and the rest on Postgres with two instances, and prints its
// figures:
//
//	go test -tags long ./internal/killtest -run TestLong -long 10m -timeout 0 -v
//
// The soak kills nobody: sockets are refreshed and broken, Azeer is slow or busy, and the
// log is not read for a while (Linux only):
//
//	go test -tags long ./internal/killtest -run TestSoak -soak 10m -timeout 0 -v
package killtest
