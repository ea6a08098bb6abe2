package slack

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	pathpkg "path"
	"slices"
	"strings"

	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/mrkdwn"
)

// Post posts what the person types in a conversation they are in. The app is told of it
// (app_mention) where it is mentioned as @ and its name, is in the conversation, has
// subscribed to that and has the scope; in a direct message it never is
// (https://docs.slack.dev/reference/events/app_mention). It panics where the person
// cannot post: an error in the test.
func (p *Person) Post(place, text string) Message {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.postTyped(p.ws.place(p, place), "", text, names{p.ws})
}

// Reply is Post as a reply to m, or to the message that m replies to.
func (p *Person) Reply(m Message, text string) Message {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.postTyped(p.ws.place(p, m.Channel), cmp.Or(m.ThreadTS, m.TS), text, names{p.ws})
}

// Edit changes a message of the person's. Slack tells of its mention again then, as a new
// event that says by whom and when the message was edited (slack-go#1256).
func (p *Person) Edit(m Message, text string) Message {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c, edited := p.locate(m)
	if edited == nil || edited.user != p.id {
		panic("sandbox: " + p.cfg.Handle + " cannot edit that message")
	}
	ws.edit(c, edited, mrkdwn.Typed(text, names{ws}), ViaPerson)
	ws.mention(p, c, edited)
	return ws.seenBy(p, c, edited)
}

// File is a file that somebody sends.
type File struct {
	Name    string
	Type    string // of the content, as text/csv
	Content []byte
	Size    int // of the content, where a message tells of it
}

// PostFile is Post with a file.
func (p *Person) PostFile(place, text string, f File) Message {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.postTyped(p.ws.place(p, place), "", text, names{p.ws}, f)
}

// keep stores a file, and gives it as messages tell of it
// (https://docs.slack.dev/reference/objects/file-object).
func (ws *Workspace) keep(p *Person, f File) object {
	id := ws.ids.new("F")
	path := filesPath + TeamID + "-" + id + "/download/" + url.PathEscape(strings.ToLower(f.Name))
	ws.files[path] = f.Content
	kind := strings.TrimPrefix(strings.ToLower(pathpkg.Ext(f.Name)), ".")
	if kind == "txt" {
		kind = "text"
	}
	return object{
		"id": id, "name": f.Name, "title": f.Name, "mimetype": f.Type, "filetype": kind, "size": len(f.Content), "user": p.id,
		"mode": "hosted", "is_external": false, "url_private": ws.URL() + strings.Replace(path, "/download", "", 1),
		"url_private_download": ws.URL() + path,
	}
}

func filesOf(all []object) (files []File) {
	for _, o := range all {
		files = append(files, File{Name: o.Str("name"), Type: o.Str("mimetype"), Size: o.Num("size", 0)})
	}
	return files
}

// filesPath begins the paths of files, and FilesMethod is what faults of them go by.
const (
	filesPath   = "/files-pri/"
	signInPath  = "/signin"
	FilesMethod = "files.download"
)

// serveFile gives an app a file. Whoever may not have it is led to a page on which people sign in.
func (ws *Workspace) serveFile(w http.ResponseWriter, r *http.Request) {
	ws.WithFaults(w, r, FilesMethod, func() (answer func()) {
		ws.mu.Lock()
		defer ws.mu.Unlock()
		content, known := ws.files[r.URL.EscapedPath()]
		allowed := r.Header.Get("Authorization") == "Bearer "+BotToken && ws.InScope("files:read") == nil
		return func() {
			switch {
			case !allowed:
				http.Redirect(w, r, signInPath+"?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
			case !known:
				http.NotFound(w, r)
			default:
				_, _ = w.Write(content)
			}
		}
	})
}

func serveSignIn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><title>Sign in</title></html>")
}

// PostJSON posts a message as an integration does: body holds text, blocks, attachments and
// thread_ts as they are sent. It panics where Post does.
func (p *Person) PostJSON(place string, body map[string]any) Message {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.deliver(p.ws.place(p, place), object(body))
}

// Mentioned returns the newest event by which the app was told of m; nil if it was not.
func (ws *Workspace) Mentioned(m Message) *Delivery {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if c := ws.find(nil, m.Channel); c != nil {
		if told := c.messageAt(m.TS, ""); told != nil {
			return told.mention
		}
	}
	return nil
}

// postTyped posts what the person types. Call it, and those below, with the lock held.
func (p *Person) postTyped(c *channel, thread, text string, who mrkdwn.Directory, files ...File) Message {
	body := mrkdwn.Typed(text, who)
	body["thread_ts"] = thread
	for _, f := range files {
		body["files"] = append(body.Objects("files"), p.ws.keep(p, f))
	}
	p.ws.report.Event(record.Event{Kind: record.Typed, Who: p.cfg.Handle, Where: p.ws.title(c, p), Text: text})
	return p.deliver(c, body)
}

func (p *Person) deliver(c *channel, body object) Message {
	ws := p.ws
	if !c.members[p.id] {
		panic(fmt.Sprintf("sandbox: %s is not in %s", p.cfg.Handle, ws.title(c, p)))
	}
	m := messageFrom(parsed(body), ViaPerson)
	m.user, m.team = p.id, p.team
	if p.cfg.Bot {
		m.bot = "B" + strings.TrimPrefix(p.id, "U")
	}
	ws.post(c, m)
	ws.mention(p, c, m)
	return ws.seenBy(p, c, m)
}

// parsed gives a body as it looks after a way over the network.
func parsed(body object) object {
	o, err := jsonmap.Parse(jsonmap.Encode(body))
	if err != nil {
		panic("sandbox: message: " + err.Error())
	}
	return o
}

// mention tells the app of a message that mentions it. Call it with the lock held.
func (ws *Workspace) mention(p *Person, c *channel, m *message) {
	subscribed := slices.Contains(ws.manifest.BotEvents, "app_mention") && ws.InScope("app_mentions:read") == nil
	if !subscribed || c.im || !c.members[BotUserID] || !strings.Contains(m.text, "<@"+BotUserID+">") {
		return
	}
	event := m.payload()
	event["type"], event["channel"], event["event_ts"] = "app_mention", c.id, m.ts
	delete(event, "subtype")
	if p.cfg.External {
		event["user_team"], event["source_team"] = p.team, p.team
	}
	m.mention = ws.sendTyped(ws.newEvent(p, event), ws.title(c, p), mrkdwn.PlainText(m.text, names{ws}))
}

// TryPost is TryPostFile without a file.
func (p *Person) TryPost(place, thread, text string) (Message, error) {
	return p.TryPostFile(place, thread, text)
}

// TryPostFile is Post, PostFile and Reply for somebody at a screen, who picks names from a list as
// they type: thread is the ts of the message to answer, or empty. What the person cannot
// post is an error. Where the message mentions somebody who is not in the channel, the
// app for instance, Slackbot offers to add them.
func (p *Person) TryPostFile(place, thread, text string, files ...File) (Message, error) {
	ws := p.ws
	ws.mu.Lock()
	defer ws.mu.Unlock()
	c := ws.find(p, place)
	if err := ws.writable(p, c, place, thread, text, len(files) > 0); err != nil {
		return Message{}, err
	}
	posted := p.postTyped(c, thread, text, anyCase{names{ws}}, files...)
	p.offerToAdd(c, posted)
	return posted, nil
}

func (ws *Workspace) writable(p *Person, c *channel, name, thread, text string, file bool) error {
	switch {
	case c == nil || !c.members[p.id]:
		return fmt.Errorf("%s is not in %s", p.cfg.Handle, name)
	case c.cfg.Archived:
		return fmt.Errorf("%s is archived", name)
	case c.appDM() && (!ws.manifest.MessagesTab || ws.manifest.MessagesReadOnly):
		return errors.New("sending messages to this app has been turned off")
	case strings.TrimSpace(text) == "" && !file:
		return errors.New("there is nothing to send")
	case len([]rune(text)) > maxText:
		return fmt.Errorf("the message is longer than %d characters", maxText)
	case thread != "" && c.messageAt(thread, "") == nil:
		return errors.New("the message to answer is gone")
	}
	return nil
}

// anyCase finds names however they are written, as the list that Slack's client
// offers while one types.
type anyCase struct{ names }

func (n anyCase) UserID(handle string) (string, bool) {
	if strings.EqualFold(handle, n.BotName()) || strings.EqualFold(handle, n.manifest.Name) {
		return BotUserID, true
	}
	for _, p := range n.persons {
		if strings.EqualFold(p.cfg.Handle, handle) && !p.removed {
			return p.id, true
		}
	}
	return "", false
}
