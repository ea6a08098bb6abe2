// Package reply brings a message to a person: by response URL, else privately in the
// channel, else as a direct message. It does not know what the message says.
package reply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

const (
	// urlLife is how long a response URL is used; Slack's limit is 30 minutes.
	urlLife = 25 * time.Minute
	// Tries is how often one way of answering is tried before the next.
	Tries = 3
	// settleTries is how often a form that says "Assigning…" is tried to be updated.
	settleTries = 8
)

// Sender brings messages to people: into the thread where it was asked, else by response
// URL, else privately into the channel, else as a direct message. Only what Slack confirmed counts as delivered.
type Sender struct {
	Api  *slack.Client
	Http *http.Client
	// Suspect hears of every error of a call made with the bot token, and gives it back.
	Suspect func(error) error
	Log     zerolog.Logger
}

// ErrRefused says that no way will take a message, now or later.
var ErrRefused = errors.New("refused on every way")

// Deliver tries every way, each with retries. An error means that nothing arrived for
// certain; it wraps ErrRefused where trying again will not help.
func (p *Sender) Deliver(ctx context.Context, user string, to payload.Address, m render.Message) error {
	_, err := p.try(ctx, Tries, user, to, m)
	return err
}

// Once tries every way once. byURL tells that the message went through the address's URL.
func (p *Sender) Once(ctx context.Context, user string, to payload.Address, m render.Message) (byURL bool, err error) {
	way, err := p.try(ctx, 1, user, to, m)
	return way == responseURL, err
}

// try gives the name of the way that took the message.
func (p *Sender) try(ctx context.Context, tries int, user string, to payload.Address, m render.Message) (way string, err error) {
	var failures []error
	refused := ErrRefused
	for _, way := range p.routes(user, to, m) {
		err := slackcall.Retry(ctx, tries, way.visit)
		if err == nil {
			return way.name, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if slackcall.IsTemporary(err) {
			refused = nil
		}
		failures = append(failures, fmt.Errorf("by %s: %w", way.name, err))
	}
	return "", errors.Join(append(failures, refused)...)
}

// responseURL is the name of the way by response URL.
const responseURL = "response_url"

// route is one way of bringing a message to somebody.
type route struct {
	name  string
	visit func(context.Context) error
}

// routes are all of them, the best first. A response URL reaches where the bot is no member,
// but never into a thread, save to replace a message there.
func (p *Sender) routes(user string, to payload.Address, m render.Message) []route {
	ways := []route{
		{responseURL, func(ctx context.Context) error { return p.byURL(ctx, to, m) }},
		{"ephemeral", func(ctx context.Context) error { return p.privately(ctx, to.Channel, "", user, m) }},
		{"direct_message", func(ctx context.Context) error { return p.directly(ctx, user, m) }},
	}
	if to.Thread != "" && !to.Replace {
		inThread := func(ctx context.Context) error { return p.privately(ctx, to.Channel, to.Thread, user, m) }
		return append([]route{{"thread", inThread}}, ways...)
	}
	return ways
}

// byURL posts to a response URL. These work where the bot is no member, and are the
// only way into a direct message between two people.
func (p *Sender) byURL(ctx context.Context, to payload.Address, m render.Message) error {
	if to.URL == "" || time.Since(to.Since) > urlLife {
		return slackcall.ErrNoRoute
	}
	body, err := json.Marshal(struct {
		Type    string `json:"response_type"`
		Replace bool   `json:"replace_original"`
		render.Message
	}{"ephemeral", to.Replace, m})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return slackcall.ErrNoRoute
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := p.Http.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer resp.Body.Close()
	return checkPosted(resp)
}

// checkPosted turns the answer of a response URL into an error: "ok" as text, or as JSON.
func checkPosted(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &slack.RateLimitedError{RetryAfter: time.Duration(min(max(seconds, 0), 86_400)) * time.Second}
	case resp.StatusCode >= 300:
		return slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	case err != nil:
		return fmt.Errorf("read answer of response URL: %w", err)
	}
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &said) == nil && !said.OK {
		return slack.SlackErrorResponse{Err: said.Error}
	}
	return nil
}

// withoutURL keeps a response URL, which is a secret, out of an error.
func withoutURL(err error) error {
	var about *url.Error
	if errors.As(err, &about) {
		return fmt.Errorf("post to response URL: %w", about.Err)
	}
	return err
}

// privately shows a message to one person in a channel, or in a thread of it.
func (p *Sender) privately(ctx context.Context, channel, thread, user string, m render.Message) error {
	if channel == "" || user == "" {
		return slackcall.ErrNoRoute
	}
	options := m.Options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, err := p.Api.PostEphemeralContext(ctx, channel, user, options...)
	return p.Suspect(err)
}

// directly writes to the person; posting to a user id opens the conversation with them.
func (p *Sender) directly(ctx context.Context, user string, m render.Message) error {
	if user == "" {
		return slackcall.ErrNoRoute
	}
	_, _, err := p.Api.PostMessageContext(ctx, user, m.Options()...)
	return p.Suspect(err)
}

// Settle replaces a form that says "Assigning…" by how it ended. A form that is closed
// needs nothing. An error means that it is worth trying again.
func (p *Sender) Settle(ctx context.Context, viewID string, view *slack.ModalViewRequest) error {
	err := slackcall.Retry(ctx, settleTries, func(ctx context.Context) error {
		_, err := p.Api.UpdateViewContext(ctx, *view, "", "", viewID)
		return p.Suspect(err)
	})
	var said slack.SlackErrorResponse
	switch {
	case err == nil || errors.As(err, &said) && said.Err == "not_found":
		return nil
	case slackcall.IsTemporary(err) || ctx.Err() != nil:
		return err
	}
	p.Log.Warn().Err(err).Msg("form not updated")
	return nil
}
