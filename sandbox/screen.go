package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// formOf copies a view as its person sees it. Call it with the lock held.
func (k *Slack) formOf(v *view) *Form {
	f := &Form{
		ViewID: v.id, ExternalID: v.externalID(), CallbackID: v.body.str("callback_id"),
		PrivateMetadata: v.body.str("private_metadata"), Hash: v.hash,
		Title: v.body.plainText("title"), SubmitLabel: v.body.plainText("submit"), CloseLabel: v.body.plainText("close"),
		Blocks: encode(v.blocks), Errors: map[string]string{}, Banner: v.banner, Closed: !v.open,
		Busy: v.sending > 0, State: encode(v.state()),
		Buttons: buttonsOf(v.blocks), values: map[string]string{}, person: v.person,
	}
	for block, text := range v.errors {
		f.Errors[block] = text
	}
	for _, field := range fieldsOf(v.blocks) {
		_, f.values[field.block] = k.reading(field, v.values[field.fieldKey])
	}
	f.plain = k.plainForm(v, f)
	return f
}

func (k *Slack) plainForm(v *view, f *Form) string {
	held := func(field field) []string {
		shown, _ := k.reading(field, v.values[field.fieldKey])
		if shown == "" {
			shown = field.element.plainText("placeholder")
		}
		lines := []string{"[" + shown + "]"}
		if wrong := v.errors[field.block]; wrong != "" {
			lines = append(lines, "! "+wrong)
		}
		return lines
	}
	var lines []string
	for _, line := range []string{f.Title, f.Banner, plainBlocks(v.blocks, lookup{k}, held)} {
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

// KeepFresh renews a copy from the screen; a form that is gone is Closed.
func (f *Form) refresh() {
	k := f.person.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	v := k.views[f.ViewID]
	if v == nil {
		f.Closed = true
		return
	}
	*f = *k.formOf(v)
}

// awaitForm waits for a top modal that matches; match runs without the lock.
func (p *Person) awaitForm(ctx context.Context, match func(*Form) bool) (*Form, error) {
	k := p.slack
	for {
		var f *Form
		k.mu.Lock()
		if len(p.forms) > 0 {
			f = k.formOf(p.forms[len(p.forms)-1])
		}
		changed := k.changed
		k.mu.Unlock()
		if f != nil && match(f) {
			return f, nil
		}
		if err := k.pauseFor(ctx, changed); err != nil {
			if f == nil {
				return nil, fmt.Errorf("wait for a form before %s: none is open: %w", p.cfg.Handle, err)
			}
			return nil, fmt.Errorf("wait for a form before %s: there is only\n%s\n%w", p.cfg.Handle, f.Plain(), err)
		}
	}
}

// pauseFor waits for a change.
func (k *Slack) pauseFor(ctx context.Context, changed <-chan struct{}) error {
	select {
	case <-changed:
		return nil
	case <-k.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Person) awaitNoForm(ctx context.Context) error {
	return p.slack.await(ctx, func() bool { return len(p.forms) == 0 })
}

func (p *Person) openForms() []*Form {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	var forms []*Form
	for _, v := range p.forms {
		forms = append(forms, p.slack.formOf(v))
	}
	return forms
}

func (p *Person) awaitHome(ctx context.Context) (f *Form, err error) {
	err = p.slack.await(ctx, func() bool {
		if p.home != nil {
			f = p.slack.formOf(p.home)
		}
		return f != nil
	})
	return f, err
}

// awaitMessage waits for a message in the feed that matches and takes it out.
func (p *Person) awaitMessage(ctx context.Context, match func(Message) bool) (Message, error) {
	k := p.slack
	for {
		k.mu.Lock()
		feed, changed := slices.Clone(p.feed), k.changed
		k.mu.Unlock()
		for _, m := range feed {
			if match(*m) && p.consume(m) {
				return *m, nil
			}
		}
		if err := k.pauseFor(ctx, changed); err != nil {
			var texts []string
			for _, m := range feed {
				texts = append(texts, m.plain)
			}
			return Message{}, fmt.Errorf("wait for a message to %s: %w; not matching: %q", p.cfg.Handle, err, texts)
		}
	}
}

// consume takes a message out of the feed; false if somebody else has.
func (p *Person) consume(m *Message) bool {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	at := slices.Index(p.feed, m)
	if at < 0 {
		return false
	}
	p.feed = slices.Delete(p.feed, at, at+1)
	return true
}

func (p *Person) unseen() []Message {
	p.slack.mu.Lock()
	defer p.slack.mu.Unlock()
	var all []Message
	for _, m := range p.feed {
		all = append(all, *m)
	}
	return all
}

func (p *Person) onScreen(name string) []Message {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.place(p, name)
	var all []Message
	for _, m := range c.messages {
		if m.visible(p, c) {
			all = append(all, k.seenBy(p, c, m))
		}
	}
	return all
}

func (p *Person) reload() {
	k := p.slack
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.channels {
		for _, m := range c.messages {
			if m.only == p.id {
				k.markGone(c, m)
			}
		}
		c.messages = slices.DeleteFunc(c.messages, func(m *message) bool { return m.only == p.id })
	}
	k.notify()
}
