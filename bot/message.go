package bot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/assign/prose"
	"azeer-slack/bot/files"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// The message shortcuts that the manifest declares: one asks for whom the contact in a message is,
// the other makes it that of whoever chooses it.
const (
	messageCallback = "assign_from_message"
	takeCallback    = "take_from_message"
)

// messages serves the shortcuts on a message.
type messages struct {
	*opener
	requests *requests
}

// onShortcut serves a shortcut on a message. The answer goes where the message is, into its thread
// too.
func (m *messages) onShortcut(ctx context.Context, c *inbound.Call) {
	mine := c.CallbackID == takeCallback
	if !mine && c.CallbackID != messageCallback {
		c.Acknowledge(ctx, nil)
		return
	}
	if !mine { // a form accepts nothing, so it is the sooner there
		c.Acknowledge(ctx, nil)
		c.Leave()
	}
	r := m.access.Check(ctx, c.Sender(), c.InChannel())
	if r.IsDenied() {
		c.Acknowledge(ctx, nil)
		_ = m.openView(ctx, c, *m.rendererOf(ctx, c).DeniedView(r)) // as in onShortcut
		return
	}
	found := numbersIn(payload.Text(c.Message), m.region)
	if readable, other := textFiles(c.Message); len(readable) > 0 || len(found) == 0 && other != "" {
		c.Acknowledge(ctx, nil)
		c.Leave()
		m.readFiles(ctx, c, found, readable, other, mine)
		return
	}
	if mine && len(found) == 1 {
		m.requests.accept(ctx, c, assign.Request{Contact: found[0], Agent: agent.RefMe()})
		return
	}
	c.Acknowledge(ctx, nil)
	c.Leave()
	m.choose(ctx, c, found, mine)
}

// numbersIn gives the phone numbers in a text that people wrote.
func numbersIn(text, region string) (contacts []phone.Number) {
	for _, f := range prose.Find(text, region) {
		contacts = append(contacts, f.Phone)
	}
	return contacts
}

// choose opens the form with the number that a message holds, or with a choice of them.
func (m *messages) choose(ctx context.Context, c *inbound.Call, found []phone.Number, mine bool) {
	from := addressOf(c)
	from.EntryPoint = payload.ByMessage
	v := m.rendererOf(ctx, c).WantingReceipts(m.access.IsAdmin(c.Sender().ID))
	start := m.start(render.Draft{})
	start.Mine = mine
	form := v.FormFound(found, start, from)
	if len(found) == 1 {
		m.owners.name(ctx, v, &form, found[0])
	}
	err := m.openView(ctx, c, form)
	if err == nil {
		return
	}
	var d render.Draft
	if len(found) == 1 {
		d.Contact = found[0].International()
	}
	if mine {
		d.Agent = strings.TrimSpace(v.Texts.Plain("me", nil))
	}
	m.offer(ctx, c, from, v.Unopened(outOfTime(err), d))
}

const (
	// filesMost is how many files of a message are read, and filesLimit how long that may take.
	filesMost  = 5
	filesLimit = 20 * time.Second
)

// textFiles gives the files of a message that can be read, and the name of one that cannot.
func textFiles(message json.RawMessage) (readable []payload.File, other string) {
	for _, f := range payload.Files(message) {
		if files.IsText(f) {
			readable = append(readable, f)
		} else {
			other = f.Name
		}
	}
	return readable, other
}

// readFiles opens the form for the numbers in the files of a message, besides those of its text. A
// trigger does not live as long as reading takes, so a view says meanwhile what is going on.
func (m *messages) readFiles(ctx context.Context, c *inbound.Call, found []phone.Number, readable []payload.File, other string, mine bool) {
	from := addressOf(c)
	from.EntryPoint = payload.ByMessage
	v := m.rendererOf(ctx, c)
	start := m.start(render.Draft{})
	start.Mine = mine
	if len(readable) == 0 {
		_ = m.openView(ctx, c, v.FormBeside("file_wrong_type", fileData(other), start, from)) // as in onShortcut
		return
	}
	id, err := m.openNamed(ctx, c, *v.Panel("", v.Texts.Text("file_reading", fileData(readable[0].Name))))
	if err != nil || id == "" {
		m.offer(ctx, c, from, v.Unopened(outOfTime(err), render.Draft{}))
		return
	}
	form := m.formOfFiles(ctx, v, found, readable[:min(len(readable), filesMost)], start, from)
	updating, cancel := context.WithTimeout(ctx, typingLimit)
	defer cancel()
	if _, err := m.api.UpdateViewContext(updating, form, "", "", id); m.people.Suspect(err) != nil && !slackcall.IsViewGone(err) {
		m.log.Warn().Err(err).Msg("form for the numbers of a file not shown")
	}
}

func fileData(name string) texts.Data {
	return texts.Data{"Name": render.Clip(name, 100), "Limit": "1 MB", "Scope": texts.Code("files:read")}
}

// formOfFiles reads files, and makes the form for what is in them.
func (m *messages) formOfFiles(ctx context.Context, v render.Renderer, found []phone.Number, all []payload.File, start render.FormContent, from payload.Address) slack.ModalViewRequest {
	reading, cancel := context.WithTimeout(ctx, filesLimit)
	defer cancel()
	var whole strings.Builder
	var names []string
	for _, f := range all {
		text, err := files.Read(reading, m.api, f)
		if err != nil {
			return v.FormBeside(m.whyUnread(err), fileData(f.Name), start, from)
		}
		whole.WriteString(text + "\n")
		names = append(names, render.Clip(f.Name, 100))
	}
	list, more := line.ParseListUpTo(whole.String(), m.region, assign.MaxBatch)
	for _, contact := range found {
		if !slices.ContainsFunc(list.Contacts, contact.Equal) {
			list.Contacts = append(list.Contacts, contact)
		}
	}
	switch n := len(list.Contacts); {
	case more || n > assign.MaxBatch:
		data := fileData(names[0])
		data["Most"] = assign.MaxBatch
		return v.FormBeside("file_too_many", data, start, from)
	case n == 0:
		return v.FormBeside("file_none", fileData(names[0]), start, from)
	case n == 1 && len(list.Unread) == 0:
		return v.FormFound(list.Contacts, start, from)
	}
	return v.FormListed(list, names, start, from)
}

// whyUnread is the text that says why a file was not read.
func (m *messages) whyUnread(err error) string {
	switch {
	case errors.Is(err, files.ErrTooLarge):
		return "file_too_large"
	case errors.Is(err, files.ErrNotGranted):
		return "file_not_granted"
	}
	m.log.Warn().Err(err).Msg("file of a message not read")
	return "file_unread"
}
