// Package sandbox is the outside world in a box: a Slack workspace and an Azeer account,
// both served on loopback. It starts the two, says how to reach them, and tells what
// happened on either side; what they do is the business of packages slack and azeer.
//
// Package page draws the box in a browser. Nothing here imports the app: it is reached only
// over the network, as Slack is.
package sandbox

import (
	"context"
	"errors"
	"fmt"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack"
)

// Config says what the box holds; see [slack.Config]. Only Manifest is required.
type Config = slack.Config

// Sandbox is a running workspace and account.
type Sandbox struct {
	Slack *slack.Workspace
	Azeer *azeer.Account

	// Recorder holds what happened on both sides.
	*record.Recorder
}

// Start reads the manifest, opens both sides on loopback and returns at once; the app may
// connect as soon as it has [Sandbox.Env].
func Start(cfg Config) (*Sandbox, error) {
	rec := record.NewRecorder()
	account, err := azeer.Start(rec)
	if err != nil {
		rec.Close()
		return nil, fmt.Errorf("start azeer side: %w", err)
	}
	workspace, err := slack.Start(cfg, rec)
	if err != nil {
		err = errors.Join(err, account.Close())
		rec.Close()
		return nil, fmt.Errorf("start slack side: %w", err)
	}
	return &Sandbox{Slack: workspace, Azeer: account, Recorder: rec}, nil
}

// Close ends all connections and returns when no goroutine of the sandbox is
// left. Deliveries still open are settled as failed.
func (s *Sandbox) Close() error {
	err := errors.Join(s.Slack.Close(), s.Azeer.Close())
	s.Recorder.Close()
	return err
}

// Env returns the settings with which the app finds this sandbox.
func (s *Sandbox) Env() map[string]string {
	return map[string]string{
		"SLACK_APP_TOKEN": slack.AppToken,
		"SLACK_BOT_TOKEN": slack.BotToken,
		"SLACK_API_URL":   s.Slack.APIURL(),
		"AZEER_API_KEY":   azeer.Key,
		"AZEER_BASE_URL":  s.Azeer.BaseURL(),
	}
}

// Watch tells what has changed on the screens and in the account, for a page that draws
// them; see [record.Watch].
type Watch struct {
	box   *Sandbox
	watch *record.Watch
}

// Changes is what is different since the last call of [Watch.Next]: each thing once, as it
// is now.
type Changes struct {
	Slack    slack.Changes
	Azeer    azeer.Changes
	Events   []record.Event
	Breaches []record.Breach
}

// Watch starts to watch. Events, breaches and calls are told from the beginning of
// the sandbox on, all else from now on: first read it as it is.
func (s *Sandbox) Watch() *Watch { return &Watch{s, s.Azeer.Watch(s.Recorder)} }

// Stop ends the watch; Next must not be called afterwards.
func (w *Watch) Stop() { w.watch.Stop() }

// Next waits for changes and returns them. It ends with the context's error, or
// with [record.ErrClosed] once the sandbox is closed and everything has been told.
func (w *Watch) Next(ctx context.Context) (Changes, error) {
	c, err := w.watch.Next(ctx)
	if err != nil {
		return Changes{}, err
	}
	return Changes{Slack: w.box.Slack.Changes(c.Noted), Azeer: w.box.Azeer.Changes(c.Noted),
		Events: c.Events, Breaches: c.Breaches}, nil
}
