package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	azeerslack "azeer-slack"
	"azeer-slack/internal/retry"
	"azeer-slack/sandbox/page"
)

const (
	// validatingLimit bounds all questions to the validator together. Its rate limits are special
	// ones, and not told.
	validatingLimit = 90 * time.Second
	// Of messages, the blocks of several are shown together: at most so many, and so many bytes.
	batchBlocks, batchBytes = 40, 30_000
)

// examineMessages shows samples of all that the bot says to Slack's own validator:
// https://docs.slack.dev/reference/methods/blocks.validate
func (d *doctor) examineMessages(ctx context.Context) {
	if d.who == nil {
		d.skip("the messages and views of the bot", "the bot token did not work")
		return
	}
	samples, err := page.ReadGoldens(azeerslack.Goldens)
	if err != nil {
		d.bad("the samples in this program cannot be read", err.Error())
		return
	}
	d.examineSamples(ctx, samples)
}

func (d *doctor) examineSamples(ctx context.Context, samples []page.Golden) {
	ctx, cancel := context.WithTimeout(ctx, validatingLimit)
	defer cancel()
	shown, refused := 0, 0
	for _, b := range batched(samples) {
		problems, err := d.validateBatch(ctx, b)
		if err != nil {
			d.unvalidated(err, shown, len(samples))
			return
		}
		shown += len(b.samples)
		for _, p := range problems {
			refused++
			d.bad("Slack would refuse "+p, "report it, with this line: the program is newer or older than Slack's rules")
		}
	}
	if refused == 0 {
		d.good("Slack's validator takes all %d messages and views of the bot", shown)
	}
}

// unvalidated says why not everything was shown to the validator.
func (d *doctor) unvalidated(err error, shown, all int) {
	var said slackError
	switch {
	case errors.As(err, &said) && said == "unknown_method":
		d.note("the messages of the bot could not be shown to Slack's validator: this Slack does not know blocks.validate")
	case errors.Is(err, context.DeadlineExceeded):
		d.note("of the bot's messages and views, %d of %d were shown to Slack's validator, and none refused; it was too slow for the rest", shown, all)
	default:
		d.bad("the messages of the bot could not be shown to Slack's validator: "+err.Error(), "run check again; if it stays, report it")
	}
}

// batch is what is shown to the validator at once.
type batch struct {
	samples []page.Golden
	blocks  []json.RawMessage // of messages
	ids     map[string]bool   // of blocks
	bytes   int
}

// batched puts the blocks of messages together, as many as one message could have. Views stand alone.
func batched(samples []page.Golden) []batch {
	var all []batch
	open := -1 // the one that takes more
	for _, s := range samples {
		if s.Kind != "message" {
			all = append(all, batch{samples: []page.Golden{s}})
			continue
		}
		var m struct{ Blocks []json.RawMessage }
		_ = json.Unmarshal(s.JSON, &m) // what cannot be read is refused below
		if open < 0 || !all[open].takes(m.Blocks, len(s.JSON)) {
			all = append(all, batch{ids: make(map[string]bool)})
			open = len(all) - 1
		}
		b := &all[open]
		b.samples, b.blocks, b.bytes = append(b.samples, s), append(b.blocks, m.Blocks...), b.bytes+len(s.JSON)
		for _, id := range blockIDs(m.Blocks) {
			b.ids[id] = true
		}
	}
	return all
}

func (b *batch) takes(blocks []json.RawMessage, size int) bool {
	isTaken := func(id string) bool { return b.ids[id] }
	return len(b.blocks)+len(blocks) <= batchBlocks && b.bytes+size <= batchBytes && !slices.ContainsFunc(blockIDs(blocks), isTaken)
}

func blockIDs(blocks []json.RawMessage) (ids []string) {
	for _, raw := range blocks {
		var b struct {
			ID string `json:"block_id"`
		}
		if json.Unmarshal(raw, &b) == nil && b.ID != "" {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

// validateBatch gives what the validator says against a batch. If it refuses several messages
// together, each is shown alone: only what is said then counts.
func (d *doctor) validateBatch(ctx context.Context, b batch) ([]string, error) {
	if len(b.samples) > 1 {
		all, err := json.Marshal(b.blocks)
		if err != nil {
			return nil, err
		}
		if problems, err := d.validate(ctx, "blocks", all); err != nil || len(problems) == 0 {
			return nil, err
		}
	}
	var found []string
	for _, s := range b.samples {
		problems, err := d.validate(ctx, s.Kind, s.JSON)
		if err != nil {
			return nil, err
		}
		for _, p := range problems {
			found = append(found, fmt.Sprintf("the %s %s (%s): %s at %s", s.Kind, s.Name, s.Lang, p.Message, p.Pointer))
		}
	}
	return found, nil
}

// invalid is one thing that Slack's validator says against a message or view.
type invalid struct{ Pointer, Code, Message string }

// slackError is Slack's code for an error.
type slackError string

func (e slackError) Error() string { return "Slack says " + string(e) }

// validate shows one thing to the validator, and waits where Slack asks to.
func (d *doctor) validate(ctx context.Context, kind string, raw []byte) ([]invalid, error) {
	for {
		answer, wait, err := d.askValidator(ctx, kind, raw)
		switch {
		case err != nil:
			return nil, err
		case wait > 0:
			if deadline, _ := ctx.Deadline(); time.Now().Add(wait).After(deadline) || !retry.Sleep(ctx, wait) {
				return nil, context.DeadlineExceeded
			}
		case answer.OK:
			return nil, nil
		case len(answer.Errors) > 0:
			return answer.Errors, nil
		case strings.HasPrefix(answer.Error, "invalid_") && answer.Error == "invalid_"+kind:
			return []invalid{{Message: answer.Error}}, nil
		default:
			return nil, slackError(answer.Error)
		}
	}
}

type validated struct {
	OK     bool
	Error  string
	Errors []invalid
}

// askValidator asks once; wait is what Slack asks for where there were too many questions.
func (d *doctor) askValidator(ctx context.Context, kind string, raw []byte) (answer validated, wait time.Duration, err error) {
	body := url.Values{kind: {string(raw)}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.SlackURL+"blocks.validate", strings.NewReader(body))
	if err != nil {
		return answer, 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+d.BotToken.Reveal())
	resp, err := (&http.Client{Timeout: askLimit}).Do(r)
	if err != nil {
		return answer, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return answer, time.Duration(max(seconds, 1)) * time.Second, nil
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return answer, 0, fmt.Errorf("read Slack's answer (status %d): %w", resp.StatusCode, err)
	}
	return answer, 0, nil
}
