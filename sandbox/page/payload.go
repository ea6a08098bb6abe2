package page

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// payload is what the timeline reads in a payload of Slack, of whatever kind.
type payload struct {
	Text   string `json:"text"` // of a command
	Value  string `json:"value"`
	Block  string `json:"block_id"`
	Action []struct {
		Block    string   `json:"block_id"`
		Value    string   `json:"value"`
		Selected *chosen  `json:"selected_option"`
		Several  []chosen `json:"selected_options"`
	} `json:"actions"`
	Callback string `json:"callback_id"`
	Message  struct {
		Text string `json:"text"`
	} `json:"message"`
	View struct {
		Type   string     `json:"type"`
		Title  chosenText `json:"title"`
		Blocks []struct {
			ID   string `json:"block_id"`
			Type string `json:"type"`
		} `json:"blocks"`
		State struct {
			Values map[string]map[string]field `json:"values"`
		} `json:"state"`
	} `json:"view"`
	Event struct {
		Type string `json:"type"`
		Text string `json:"text"`
		TS   string `json:"ts"`
		Tab  string `json:"tab"`
		// Inputs are those of a step.
		Inputs map[string]any `json:"inputs"`
	} `json:"event"`
}

type chosenText struct {
	Text string `json:"text"`
}

type chosen struct {
	Text  chosenText `json:"text"`
	Value string     `json:"value"`
}

// field is one of state.values.
type field struct {
	Value        *string  `json:"value"`
	Selected     *chosen  `json:"selected_option"`
	Several      []chosen `json:"selected_options"`
	Conversation string   `json:"selected_conversation"`
	Channel      string   `json:"selected_channel"`
	User         string   `json:"selected_user"`
}

// read is the field as a person reads it, and as the app does.
func (f field) read() (shown, sent string) {
	switch {
	case f.Value != nil:
		return *f.Value, *f.Value
	case f.Selected != nil:
		return f.Selected.Text.Text, f.Selected.Value
	case len(f.Several) > 0:
		var texts, values []string
		for _, one := range f.Several {
			texts, values = append(texts, one.Text.Text), append(values, one.Value)
		}
		return strings.Join(texts, ", "), strings.Join(values, " ")
	}
	return "", f.Conversation + f.Channel + f.User
}

// entered are the filled fields of the view, in its order.
func (p payload) entered() (shown, sent []string) {
	for _, block := range p.View.Blocks {
		for _, f := range p.View.State.Values[block.ID] {
			text, value := f.read()
			if text != "" {
				shown = append(shown, text)
			}
			if value != "" {
				sent = append(sent, value)
			}
		}
	}
	return shown, sent
}

// kindTyping is the kind of an interaction that only says what a field of a form holds.
// The app can do nothing about that but change the form: what it calls Azeer for, and what
// it answers, belongs to the submission.
const kindTyping = "typing"

func (p payload) typing() bool {
	for _, b := range p.View.Blocks {
		if p.View.Type == "modal" && b.Type == "input" && len(p.Action) > 0 && b.ID == p.Action[0].Block {
			return true
		}
	}
	return false
}

// typed is what the field of the first action holds.
func (p payload) typed() (shown string) {
	for _, f := range p.View.State.Values[p.Action[0].Block] {
		shown, _ = f.read()
	}
	return shown
}

// read learns from the payload what the interaction is about, and words it.
func (x *interactions) read(t *tracked) {
	if t.read {
		return
	}
	d, known := x.page.box.Slack.Delivery(t.ID)
	if !known {
		return
	}
	t.read, t.Kind = true, d.Kind
	var p payload
	_ = json.Unmarshal(d.Payload, &p) // what does not fit is left empty
	if p.typing() {
		t.Kind = kindTyping
		x.word(t, p)
		return
	}
	sent := p.Text + " " + p.Event.Text
	for _, a := range p.Action {
		sent += " " + a.Value
		if a.Selected != nil {
			sent += " " + a.Selected.Value
		}
	}
	for _, input := range p.Event.Inputs {
		sent += " , " + fmt.Sprint(input)
	}
	if d.Kind == "view_submission" {
		_, entered := p.entered()
		sent += " " + strings.Join(entered, " , ")
	}
	if len(numbersIn(sent)) == 0 { // a button that bears none, or a shortcut of a message
		sent += " " + p.Message.Text
	}
	t.numbers = numbersIn(sent)
	t.agents = agentsIn(sent, func(id string) string { return x.emailOf(t, id) })
	x.word(t, p)
}

// emailOf gives the email of a user, or with "" of the one who did t.
func (x *interactions) emailOf(t *tracked, userID string) string {
	if userID == "" {
		userID = t.Who
	}
	if person, ok := x.page.box.Slack.Find(userID); ok && userID != "" {
		return person.Config().Email
	}
	return ""
}

// word says in one line what the person did, where the event's own text is meant for a
// terminal.
func (x *interactions) word(t *tracked, p payload) {
	switch t.Kind {
	case "shortcut", "message_action":
		t.What = "Shortcut “" + x.shortcutName(p.Callback) + "”"
	case "block_actions":
		if label, ok := strings.CutPrefix(t.What, "["); ok {
			t.What = "Presses “" + strings.TrimSuffix(label, "]") + "”"
		}
	case kindTyping:
		t.What = fmt.Sprintf("Enters “%s” into %s", p.typed(), p.Action[0].Block)
	case "block_suggestion":
		t.What = fmt.Sprintf("Types “%s” into %s", p.Value, p.Block)
	case "view_submission":
		shown, _ := p.entered()
		for n, value := range shown {
			shown[n] = isolated(value)
		}
		t.What = "Submits “" + isolated(p.View.Title.Text) + "”: " + strings.Join(shown, " · ")
	case "view_closed":
		t.What = "Closes “" + isolated(p.View.Title.Text) + "”"
	case "events_api":
		x.wordEvent(t, p)
	}
}

// isolated keeps the direction of a text from what stands around it.
func isolated(text string) string { return "\u2068" + text + "\u2069" }

func (x *interactions) wordEvent(t *tracked, p payload) {
	switch {
	case p.Event.Type == "app_home_opened":
		t.What = "Opens the app’s " + p.Event.Tab + " tab"
	case p.Event.Type == "function_executed":
		t.What = "Step “" + isolated(t.What) + "”"
	case p.Event.Text != "":
		t.What = cmp.Or(t.What, p.Event.Text) // as it was typed, where somebody has
		if !t.has("typed") {
			t.step(Step{Name: "typed", At: float64(moment(p.Event.TS))})
		}
	default:
		t.What = p.Event.Type
	}
}

func (x *interactions) shortcutName(callback string) string {
	for _, s := range x.page.box.Slack.Manifest().Shortcuts {
		if s.CallbackID == callback {
			return s.Name
		}
	}
	return callback
}
