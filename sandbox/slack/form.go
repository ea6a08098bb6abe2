package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"azeer-slack/sandbox/slack/blocks"
	"azeer-slack/sandbox/slack/jsonmap"
)

// Form is a modal (or Home tab) as a person has it before them: a copy, renewed
// by the calls that take it.
type Form struct {
	FormIdentity
	FormFrame
	FormStatus

	Blocks  json.RawMessage
	State   json.RawMessage // what the fields hold, as in state.values
	Buttons []Button

	values map[string]string
	plain  string
	person *Person
}

// FormIdentity is by what Slack and the app know a form.
type FormIdentity struct {
	ViewID          string
	ExternalID      string
	CallbackID      string
	PrivateMetadata string
	Hash            string
}

// FormFrame is what Slack draws around the blocks.
type FormFrame struct {
	Title       string
	SubmitLabel string // empty: no submit button
	CloseLabel  string
}

// FormStatus is how it stands with a form.
type FormStatus struct {
	Errors map[string]string // by block id, shown under the fields
	Banner string            // "We had some trouble connecting. Try again?"
	Closed bool              // no longer on the screen
	Busy   bool              // submitted, and the app has not answered yet
}

// Plain returns the form as a person reads it: title, texts, labels with what
// the fields hold, errors under them, buttons.
func (f *Form) Plain() string { return f.plain }

// Values returns what the fields hold by block id: typed text, the text of the
// chosen option, the id of a chosen conversation or person.
func (f *Form) Values() map[string]string { return maps.Clone(f.values) }

// Form waits for a modal and returns the top one as it is now.
func (p *Person) Form(ctx context.Context) (*Form, error) {
	return p.FormWhere(ctx, func(*Form) bool { return true })
}

// FormWhere waits until the top modal is one that matches, for instance after
// the app has updated it. match is called without the lock.
func (p *Person) FormWhere(ctx context.Context, match func(*Form) bool) (*Form, error) {
	ws := p.ws
	for {
		var f *Form
		ws.mu.Lock()
		if len(p.forms) > 0 {
			f = ws.formOf(p.forms[len(p.forms)-1])
		}
		changed := ws.mu.Changed()
		ws.mu.Unlock()
		if f != nil && match(f) {
			return f, nil
		}
		if err := ws.mu.AwaitChange(ctx, changed); err != nil {
			if f == nil {
				return nil, fmt.Errorf("wait for a form before %s: none is open: %w", p.cfg.Handle, err)
			}
			return nil, fmt.Errorf("wait for a form before %s: there is only\n%s\n%w", p.cfg.Handle, f.Plain(), err)
		}
	}
}

// FormsGone waits until no modal is open.
func (p *Person) FormsGone(ctx context.Context) error {
	return p.ws.mu.Await(ctx, func() bool { return len(p.forms) == 0 })
}

// Forms returns the open modals, the top one last.
func (p *Person) Forms() []*Form {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.ws.formsOf(p)
}

// Home waits for the published Home tab.
func (p *Person) Home(ctx context.Context) (f *Form, err error) {
	err = p.ws.mu.Await(ctx, func() bool {
		f = p.ws.homeOf(p)
		return f != nil
	})
	return f, err
}

// HomeTab returns what the app has published for the person so far, or nil.
func (p *Person) HomeTab() *Form {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.ws.homeOf(p)
}

// Fill changes fields as Submit does, without pressing the submit button. Fields
// with dispatch_action send no action: see [Person.Keys] and [Person.UseIn].
func (p *Person) Fill(f *Form, values map[string]string) error {
	for block, text := range values { // menus that ask the app are typed into first
		for _, wanted := range p.notOffered(f, block, text) {
			p.Type(f, block, wanted)
		}
	}
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil {
		return err
	}
	for block, text := range values {
		if err := v.Enter(ws.directoryOf(v), block, text); err != nil {
			return err
		}
	}
	ws.noteView(v)
	return nil
}

// notOffered returns the options wanted of a menu that the app has not offered.
func (p *Person) notOffered(f *Form, block, text string) (missing []string) {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	v, err := p.openView(f)
	if err != nil || text == "" {
		return nil
	}
	return v.NotOffered(block, text)
}

// openView returns the view behind a form if the person still has it open.
func (p *Person) openView(f *Form) (*view, error) {
	v := p.ws.views[f.ViewID]
	switch {
	case v == nil || !v.open || v.person.id != p.id || v.person != p && !v.isHome():
		return nil, errors.New("the form is no longer open")
	case len(p.forms) > 0 && !v.isHome() && p.forms[len(p.forms)-1] != v:
		return nil, errors.New("another form lies on top")
	}
	return v, nil
}

// refresh renews a copy from the screen; a form that is gone is Closed.
func (f *Form) refresh() {
	ws := f.person.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	v := ws.views[f.ViewID]
	if v == nil {
		f.Closed = true
		return
	}
	*f = *ws.formOf(v)
}

// formOf copies a view as its person sees it. Call it, and those below, with the lock held.
func (ws *Workspace) formOf(v *view) *Form {
	f := &Form{
		FormIdentity: FormIdentity{ViewID: v.id, ExternalID: v.externalID(), CallbackID: v.body.Str("callback_id"),
			PrivateMetadata: v.body.Str("private_metadata"), Hash: v.hash},
		FormFrame:  FormFrame{v.body.PlainText("title"), v.body.PlainText("submit"), v.body.PlainText("close")},
		FormStatus: FormStatus{Errors: map[string]string{}, Banner: v.banner, Closed: !v.open, Busy: v.sending > 0},
		Blocks:     jsonmap.Encode(v.Blocks), State: jsonmap.Encode(v.State()), Buttons: blocks.ButtonsOf(v.Blocks),
		values: map[string]string{}, person: v.person,
	}
	maps.Copy(f.Errors, v.errors)
	for _, field := range blocks.FieldsOf(v.Blocks) {
		_, f.values[field.Block] = v.Read(ws.directoryOf(v), field)
	}
	f.plain = ws.plainForm(v, f)
	return f
}

func (ws *Workspace) formsOf(p *Person) []*Form {
	var forms []*Form
	for _, v := range p.forms {
		forms = append(forms, ws.formOf(v))
	}
	return forms
}

func (ws *Workspace) homeOf(p *Person) *Form {
	if p.home.view == nil {
		return nil
	}
	return ws.formOf(p.home.view)
}

func (ws *Workspace) plainForm(v *view, f *Form) string {
	held := func(field blocks.Field) []string {
		shown, _ := v.Read(ws.directoryOf(v), field)
		if shown == "" {
			shown = field.Element.PlainText("placeholder")
		}
		lines := []string{"[" + shown + "]"}
		if wrong := v.errors[field.Block]; wrong != "" {
			lines = append(lines, "! "+wrong)
		}
		return lines
	}
	var lines []string
	for _, line := range []string{f.Title, f.Banner, blocks.Plain(v.Blocks, names{ws}, held)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	for _, label := range []string{f.CloseLabel, f.SubmitLabel} {
		if label != "" {
			lines = append(lines, "["+label+"]")
		}
	}
	return strings.Join(lines, "\n")
}

// directory is what the fields before one person need to know of the workspace. Use it
// with the lock held.
type directory struct {
	ws      *Workspace
	person  *Person
	channel string // id of the one in which the blocks came up
}

func (ws *Workspace) directoryOf(v *view) directory { return directory{ws, v.person, v.channel} }

// Choose finds the conversation or person chosen in a select, as the person names it.
func (d directory) Choose(f blocks.Field, name string) (string, error) {
	if f.Holds() == "user" {
		if other := d.ws.personNamed(strings.TrimPrefix(name, "@")); other != nil {
			return other.id, nil
		}
		return "", fmt.Errorf("there is nobody called %q", name)
	}
	c := d.ws.find(d.person, name)
	if c == nil || !c.members[d.person.id] {
		return "", fmt.Errorf("there is no conversation %q", name)
	}
	if !c.passes(f.Element.Obj("filter")) {
		return "", fmt.Errorf("the filter leaves out %q", name)
	}
	return c.id, nil
}

// Current is the conversation in which the blocks came up.
func (d directory) Current(filter object) (string, bool) {
	c := d.ws.find(nil, d.channel)
	if c == nil || !c.passes(filter) {
		return "", false
	}
	return c.id, true
}

// Called gives the name of a conversation or person; other text as it is.
func (d directory) Called(id string) string {
	if name, ok := (names{d.ws}).UserName(id); ok {
		return "@" + name
	}
	if c := d.ws.find(nil, id); c != nil && c.id == id {
		if c.im {
			return "a direct message"
		}
		return "#" + c.cfg.Name
	}
	return id
}
