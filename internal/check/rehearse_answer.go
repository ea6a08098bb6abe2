package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"azeer-slack/bot/socket"

	"github.com/slack-go/slack"
)

// ackLimit is how long an acknowledgement may take.
const ackLimit = 2 * time.Second

// elsewhere is told to people who use the app meanwhile.
var elsewhere = map[string]string{
	"text": "The app is being tried right now, and nothing was done. Try again in a few minutes.\nالتطبيق قيد التجربة الآن، ولم يتم أي إجراء. يُرجى المحاولة بعد دقائق.",
}

// take is called by the socket, and must not block.
func (re *rehearsal) take(ctx context.Context, e *socket.Envelope) {
	go func() {
		if err := re.serve(ctx, e); err != nil {
			re.doctor.note("while answering: %v", err)
		}
	}()
}

func (re *rehearsal) serve(ctx context.Context, e *socket.Envelope) error {
	acknowledge := func(payload any) error {
		ctx, cancel := context.WithTimeout(ctx, ackLimit)
		defer cancel()
		return e.Ack(ctx, payload)
	}
	if e.Type == "slash_commands" {
		return acknowledge(elsewhere)
	}
	var c slack.InteractionCallback
	if e.Type != "interactive" || json.Unmarshal(e.Payload, &c) != nil || c.User.ID != re.user {
		return acknowledge(nil)
	}
	switch {
	case c.Type == slack.InteractionTypeBlockSuggestion && c.ActionID == formMenu:
		if err := acknowledge(names()); err != nil {
			return err
		}
		re.see(stepMenu)
		return nil
	case c.Type == slack.InteractionTypeViewSubmission && c.View.CallbackID == formID:
		if err := acknowledge(nil); err != nil {
			return err
		}
		re.see(stepSent)
		return nil
	}
	if err := acknowledge(nil); err != nil || len(c.ActionCallback.BlockActions) == 0 {
		return err
	}
	return re.press(ctx, c)
}

// press serves a button of the message.
func (re *rehearsal) press(ctx context.Context, c slack.InteractionCallback) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	action := c.ActionCallback.BlockActions[0].ActionID
	switch action {
	case pressForm:
		if _, err := re.api.OpenViewContext(ctx, c.TriggerID, rehearsalForm()); err != nil {
			return fmt.Errorf("the form could not be opened: %w", err)
		}
		re.see(action)
		return nil
	case pressPlain, pressPrimary, pressDanger:
		return re.answer(ctx, action, c.ResponseURL)
	}
	return nil
}

// answer ticks a press off in the message, by the response URL, as the bot answers. It counts only
// once that has arrived.
func (re *rehearsal) answer(ctx context.Context, action, responseURL string) error {
	re.answering.Lock()
	defer re.answering.Unlock()
	if err := re.post(ctx, responseURL, re.blocks(action)); err != nil {
		return err
	}
	re.see(action)
	return nil
}

func (re *rehearsal) post(ctx context.Context, responseURL string, blocks []slack.Block) error {
	body, err := json.Marshal(map[string]any{"replace_original": true, "text": greeting, "blocks": blocks})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, responseURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := re.http.Do(r)
	if err != nil {
		return errors.New("the answer was not delivered: the network broke") // the error quotes the URL
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer was not delivered: Slack answers %d", resp.StatusCode)
	}
	return nil
}
