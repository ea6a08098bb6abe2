package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

const (
	// urlLife is how long a response URL is used; Slack's limit is 30 minutes.
	urlLife = 25 * time.Minute
	// postTimeout is for one call to Slack.
	postTimeout = 10 * time.Second
	// postTries is how often one way of answering is tried before the next.
	postTries = 3
	// settleTries is how often a form that says "Assigning…" is tried to be updated.
	settleTries = 8
	// longestAsked is the longest Retry-After that is waited for within one way.
	longestAsked = 30 * time.Second
)

// poster brings messages to people: into the thread where it was asked, else by response
// URL, else privately into the channel, else as a direct message. Only what Slack confirmed counts as delivered.
type poster struct {
	api  *slack.Client
	http *http.Client
	// doubt hears of every error of a call made with the bot token, and gives it back.
	doubt func(error) error
	log   zerolog.Logger
}

// errRefused says that no way will take a message, now or later.
var errRefused = errors.New("refused on every way")

// errNoWay says that a way of answering cannot be gone, now or later.
var errNoWay = errors.New("no way there")

// deliver tries every way, each with retries. An error means that nothing arrived for
// certain; it wraps errRefused where trying again will not help.
func (p *poster) deliver(ctx context.Context, user string, to address, m message) error {
	return p.try(ctx, postTries, user, to, m)
}

// once tries every way once.
func (p *poster) once(ctx context.Context, user string, to address, m message) error {
	return p.try(ctx, 1, user, to, m)
}

func (p *poster) try(ctx context.Context, tries int, user string, to address, m message) error {
	var failures []error
	refused := errRefused
	for _, way := range p.ways(user, to, m) {
		err := again(ctx, tries, way.visit)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if passing(err) {
			refused = nil
		}
		failures = append(failures, fmt.Errorf("by %s: %w", way.name, err))
	}
	return errors.Join(append(failures, refused)...)
}

// way is one way of bringing a message to somebody.
type way struct {
	name  string
	visit func(context.Context) error
}

// ways are all of them, the best first. A response URL reaches where the bot is no member,
// but never into a thread, save to replace a message there.
func (p *poster) ways(user string, to address, m message) []way {
	ways := []way{
		{"response_url", func(ctx context.Context) error { return p.byURL(ctx, to, m) }},
		{"ephemeral", func(ctx context.Context) error { return p.privately(ctx, to.Channel, "", user, m) }},
		{"direct_message", func(ctx context.Context) error { return p.directly(ctx, user, m) }},
	}
	if to.Thread != "" && !to.Replace {
		inThread := func(ctx context.Context) error { return p.privately(ctx, to.Channel, to.Thread, user, m) }
		return append([]way{{"thread", inThread}}, ways...)
	}
	return ways
}

// again calls do until it succeeds, cannot, or has been tried often enough.
func again(ctx context.Context, tries int, do func(context.Context) error) error {
	wait := 300 * time.Millisecond
	for n := 1; ; n++ {
		one, cancel := context.WithTimeout(ctx, postTimeout)
		err := do(one)
		cancel()
		asked := retryAfter(err)
		if err == nil || n == tries || !passing(err) || asked > longestAsked {
			return err
		}
		if !pause(ctx, max(asked, wait/2+rand.N(wait))) {
			return ctx.Err()
		}
		wait *= 2
	}
}

// passing tells whether trying again may help: rate limits, server errors, and the
// network, but not what Slack says about the message or the place.
func passing(err error) bool {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var said slack.SlackErrorResponse
	var network net.Error
	switch {
	case errors.Is(err, errNoWay):
		return false
	case errors.As(err, &limited):
		return true
	case errors.As(err, &status):
		return status.Retryable()
	case errors.As(err, &said):
		switch said.Err {
		case "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout":
			return true
		}
		return false
	}
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// byURL posts to a response URL. These work where the bot is no member, and are the
// only way into a direct message between two people.
func (p *poster) byURL(ctx context.Context, to address, m message) error {
	if to.URL == "" || time.Since(to.Since) > urlLife {
		return errNoWay
	}
	body, err := json.Marshal(struct {
		Type    string `json:"response_type"`
		Replace bool   `json:"replace_original"`
		message
	}{"ephemeral", to.Replace, m})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return errNoWay
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := p.http.Do(req)
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
func (p *poster) privately(ctx context.Context, channel, thread, user string, m message) error {
	if channel == "" {
		return errNoWay
	}
	options := m.options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, err := p.api.PostEphemeralContext(ctx, channel, user, options...)
	return p.doubt(err)
}

// directly writes to the person; posting to a user id opens the conversation with them.
func (p *poster) directly(ctx context.Context, user string, m message) error {
	_, _, err := p.api.PostMessageContext(ctx, user, m.options()...)
	return p.doubt(err)
}

func (m message) options() []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)}
}

// settle replaces a form that says "Assigning…" by how it ended. A form that is closed
// needs nothing. An error means that it is worth trying again.
func (p *poster) settle(ctx context.Context, viewID string, view *slack.ModalViewRequest) error {
	err := again(ctx, settleTries, func(ctx context.Context) error {
		_, err := p.api.UpdateViewContext(ctx, *view, "", "", viewID)
		return p.doubt(err)
	})
	var said slack.SlackErrorResponse
	switch {
	case err == nil || errors.As(err, &said) && said.Err == "not_found":
		return nil
	case passing(err) || ctx.Err() != nil:
		return err
	}
	p.log.Warn().Err(err).Msg("form not updated")
	return nil
}
