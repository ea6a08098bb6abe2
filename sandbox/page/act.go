package page

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"azeer-slack/sandbox/manifest"
	"azeer-slack/sandbox/slack"
)

// maxAct is how much of an act is read, in bytes: a file of two megabytes in base64, and room.
const maxAct = 3 << 20

// request is what somebody does at the page. Which fields count depends on Act:
//
//	command {place, line}                   a slash command, in a channel or DM
//	say {place, thread?, text, file?}       a plain message
//	click {message|view, block, action, selected?, value?}
//	                                        a button, or any element that tells the app at once
//	type {message|view, block, query}       type-ahead in a menu → data {options}
//	fill {view, values}                     change fields
//	submit {view, values?}                  change fields and submit
//	cancel {view}, close_all {view}         close the top form, or all of them
//	shortcut {callback, place?}             a global shortcut
//	message_shortcut {callback, message}
//	home {}                                 open the app's Home tab
//	stand {place}                           go to a conversation (the DM with the app is its
//	                                        Messages tab) → data: the place
//	reload {}                               restart the client: private answers vanish
//	run_step {callback, values}             a workflow comes to a step of the app → data: the run
//	trouble {switch, on}                    see trouble.go
//	payload {interaction}                   → data: the interaction with payload and ack
//
// Every act may name the client that the person sits at, the tab of the browser: forms
// that it brings about open there.
//
// Places are ids, "#general" or "@sara". Messages are "<place>/<ts>".
type request struct {
	Person string `json:"person"`
	Client string `json:"client"`
	Act    string `json:"act"`

	target
	entry
	Callback    string `json:"callback"`
	Switch      string `json:"switch"`
	On          bool   `json:"on"`
	Interaction string `json:"interaction"`
}

// target is on what somebody acts.
type target struct {
	Place   string `json:"place"`
	Thread  string `json:"thread"`
	Message string `json:"message"`
	View    string `json:"view"`
	Block   string `json:"block"`
	Action  string `json:"action"`
}

// entry is what somebody types or chooses.
type entry struct {
	Line     string           `json:"line"`
	Text     string           `json:"text"`
	Query    string           `json:"query"`
	Value    words            `json:"value"`
	Selected words            `json:"selected"`
	Values   map[string]words `json:"values"`
	File     *attachment      `json:"file"`
}

// attachment is a file that goes with a message.
type attachment struct {
	Name    string `json:"name"`
	Type    string `json:"type"`    // of the content; many browsers do not know that of CSV
	Content []byte `json:"content"` // in base64
}

func (a attachment) file() slack.File {
	kind := cmp.Or(a.Type, mime.TypeByExtension(path.Ext(a.Name)), "text/plain")
	return slack.File{Name: path.Base(a.Name), Type: kind, Content: a.Content}
}

// words is what was entered in a field: text, or several texts for a field that
// takes several, which the sandbox wants separated by commas.
type words string

// UnmarshalJSON reads a string, a list of strings, or null.
func (w *words) UnmarshalJSON(raw []byte) error {
	var one *string
	if json.Unmarshal(raw, &one) == nil {
		if one != nil {
			*w = words(*one)
		}
		return nil
	}
	var several []string
	if err := json.Unmarshal(raw, &several); err != nil {
		return fmt.Errorf("read what was entered: %w", err)
	}
	*w = words(strings.Join(several, ","))
	return nil
}

// Outcome is what came of an act.
type Outcome struct {
	OK    bool   `json:"ok"`
	Shown string `json:"shown"` // what Slack shows where the app did not answer as it must
	Error string `json:"error"` // why the person cannot do this at all
	Data  any    `json:"data"`
}

// acts are the acts by name. They return when the app has acknowledged, or has not in
// time: after three seconds at most. None waits for an event, which Slack sends again for
// minutes: a browser has few connections, and each act holds one.
var acts = map[string]func(*Page, context.Context, *slack.Person, request) Outcome{
	"command":          (*Page).command,
	"say":              (*Page).post,
	"click":            (*Page).click,
	"type":             (*Page).typeAhead,
	"fill":             (*Page).fill,
	"submit":           (*Page).submit,
	"cancel":           (*Page).closeForms,
	"close_all":        (*Page).closeForms,
	"shortcut":         (*Page).shortcut,
	"message_shortcut": (*Page).messageShortcut,
	"home":             (*Page).openHome,
	"stand":            (*Page).goTo,
	"reload":           (*Page).reload,
	"run_step":         (*Page).runStep,
	"trouble":          (*Page).switchTrouble,
	"payload":          (*Page).payload,
}

func (p *Page) serveAct(w http.ResponseWriter, r *http.Request) {
	var in request
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAct))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		http.Error(w, "read act: "+err.Error(), http.StatusBadRequest)
		return
	}
	do, known := acts[in.Act]
	if !known {
		http.Error(w, "there is no such act", http.StatusBadRequest)
		return
	}
	person, ok := p.box.Slack.Find(in.Person)
	if !ok {
		writeJSON(w, failed(fmt.Errorf("there is nobody called %q", in.Person)))
		return
	}
	ctx, cancel := p.until(r)
	defer cancel()
	writeJSON(w, do(p, ctx, person.On(in.Client), in))
}

func failed(err error) Outcome { return Outcome{Error: err.Error()} }

func done(data any) Outcome { return Outcome{OK: true, Data: data} }

// settled waits for a delivery; nil is one that need not be made.
func settled(ctx context.Context, d *slack.Delivery) Outcome {
	if d == nil {
		return done(nil)
	}
	if err := d.Wait(ctx); err != nil {
		return failed(fmt.Errorf("wait for the app: %w", err))
	}
	if d.Err != nil {
		return failed(d.Err)
	}
	return Outcome{OK: true, Shown: d.Shown}
}

func (p *Page) command(ctx context.Context, me *slack.Person, in request) Outcome {
	name, _, _ := strings.Cut(in.Line, " ")
	if in.Thread != "" {
		return failed(fmt.Errorf("%s is not supported in threads", name))
	}
	return settled(ctx, me.CommandAsync(in.Place, in.Line))
}

func (p *Page) post(_ context.Context, me *slack.Person, in request) Outcome {
	var files []slack.File
	if in.File != nil {
		files = append(files, in.File.file())
	}
	m, err := me.TryPostFile(in.Place, in.Thread, in.Text, files...)
	if err != nil {
		return failed(err)
	}
	return done(map[string]string{"message": m.Channel + "/" + m.TS})
}

// messageNamed is enough of a message for the sandbox to find it again.
func messageNamed(id string) slack.Message {
	channel, ts, _ := strings.Cut(id, "/")
	return slack.Message{Channel: channel, TS: ts}
}

// view finds a form, or the Home tab, that the person has before them.
func view(me *slack.Person, id string) (*slack.Form, error) {
	forms := me.Forms()
	if home := me.HomeTab(); home != nil {
		forms = append(forms, home)
	}
	for _, f := range forms {
		if f.ViewID == id {
			return f, nil
		}
	}
	return nil, errors.New("the form is no longer open")
}

func (p *Page) click(ctx context.Context, me *slack.Person, in request) Outcome {
	action := slack.Action{BlockID: in.Block, ActionID: in.Action, Value: string(in.Selected)}
	if action.Value == "" {
		action.Value = string(in.Value)
	}
	if in.Message != "" {
		return settled(ctx, me.UseAsync(messageNamed(in.Message), action))
	}
	f, err := view(me, in.View)
	if err != nil {
		return failed(err)
	}
	return settled(ctx, me.UseInAsync(f, action))
}

func (p *Page) typeAhead(ctx context.Context, me *slack.Person, in request) Outcome {
	var asked *slack.Delivery
	if in.Message != "" {
		asked = me.TypeInAsync(messageNamed(in.Message), in.Block, in.Query)
	} else {
		f, err := view(me, in.View)
		if err != nil {
			return failed(err)
		}
		asked = me.TypeAsync(f, in.Block, in.Query)
	}
	out := settled(ctx, asked)
	offers := []Option{}
	if out.OK && asked != nil {
		for _, o := range asked.Options {
			offers = append(offers, Option(o))
		}
	}
	out.Data = map[string]any{"options": offers}
	return out
}

// entered is what the sandbox takes.
func (in request) entered() map[string]string {
	values := make(map[string]string, len(in.Values))
	for block, value := range in.Values {
		values[block] = string(value)
	}
	return values
}

func (p *Page) fill(_ context.Context, me *slack.Person, in request) Outcome {
	f, err := view(me, in.View)
	if err != nil {
		return failed(err)
	}
	if err := me.Fill(f, in.entered()); err != nil {
		return failed(err)
	}
	return done(nil)
}

func (p *Page) submit(ctx context.Context, me *slack.Person, in request) Outcome {
	f, err := view(me, in.View)
	switch {
	case err != nil:
		return failed(err)
	case f.Busy: // Slack's client has switched the button off
		return failed(errors.New("the form is being sent"))
	}
	return settled(ctx, me.SubmitAsync(f, in.entered()))
}

func (p *Page) closeForms(ctx context.Context, me *slack.Person, in request) Outcome {
	f, err := view(me, in.View)
	if err != nil {
		return failed(err)
	}
	if in.Act == "close_all" {
		return settled(ctx, me.CloseAllAsync(f))
	}
	return settled(ctx, me.CancelAsync(f))
}

func (p *Page) shortcut(ctx context.Context, me *slack.Person, in request) Outcome {
	if out := p.goTo(ctx, me, in); in.Place != "" && !out.OK {
		return out
	}
	return settled(ctx, me.ShortcutAsync(in.Callback))
}

func (p *Page) messageShortcut(ctx context.Context, me *slack.Person, in request) Outcome {
	return settled(ctx, me.MessageShortcutAsync(in.Callback, messageNamed(in.Message)))
}

func (p *Page) openHome(_ context.Context, me *slack.Person, _ request) Outcome {
	me.OpenHomeAsync() // what the app draws is told by an event
	return done(nil)
}

func (p *Page) goTo(_ context.Context, me *slack.Person, in request) Outcome {
	at, ok := me.Place(in.Place)
	if !ok {
		return failed(fmt.Errorf("there is no %s here", in.Place))
	}
	me.GoTo(at.ID)
	if at.App {
		me.OpenMessagesAsync()
	}
	return done(placeOf(at))
}

func (p *Page) reload(_ context.Context, me *slack.Person, _ request) Outcome {
	me.Reload()
	return done(nil)
}

// runStep has the person start a workflow with one step. What is left empty is not filled in.
func (p *Page) runStep(_ context.Context, me *slack.Person, in request) Outcome {
	inputs := map[string]any{}
	f, _ := p.box.Slack.Manifest().Function(in.Callback)
	for name, value := range in.Values {
		isMessage := slices.ContainsFunc(f.Inputs, func(p manifest.Parameter) bool { return p.Name == name && p.Type == "slack#/types/message_context" })
		switch {
		case value == "":
		case isMessage:
			m := messageNamed(string(value))
			inputs[name] = map[string]any{"channel_id": m.Channel, "message_ts": m.TS}
		default:
			inputs[name] = string(value)
		}
	}
	e, err := p.box.Slack.RunStep(me.Handle(), in.Callback, inputs)
	if err != nil {
		return failed(err)
	}
	return done(runOf(e))
}

func (p *Page) switchTrouble(_ context.Context, _ *slack.Person, in request) Outcome {
	if err := p.trouble(in.Switch, in.On); err != nil {
		return failed(err)
	}
	return done(p.troubles())
}

func (p *Page) payload(_ context.Context, _ *slack.Person, in request) Outcome {
	i, ok := p.timeline.full(in.Interaction)
	if !ok {
		return failed(errors.New("this was too long ago: only the newest interactions are kept"))
	}
	return done(i)
}
