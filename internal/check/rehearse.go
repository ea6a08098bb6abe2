package check

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/socket"

	"github.com/slack-go/slack"
)

const (
	rehearsalLimit = 2 * time.Minute  // for a person to press everything
	socketLimit    = 20 * time.Second // for the socket to come up
)

// Rehearsal is what is tried with a real person, once all else is well.
type Rehearsal struct {
	// User is the Slack id of whoever installs the app.
	User string
	// Contact and Agent, if set, are assigned in Azeer for real, if Ask allows it.
	Contact, Agent string
	Ask            func(question string) bool
	// Limit is how long the person may take; 0 means two minutes.
	Limit time.Duration
}

// Rehearse sends one person a real message with every kind of button, follows what is pressed over
// a real socket, and reports what worked. Call it after Run has found nothing wrong.
func Rehearse(ctx context.Context, s Setup, r Rehearsal, report *Report) {
	d := &doctor{Setup: s, report: report, wrong: make(map[string]bool)}
	report.begin("rehearsal")
	if !report.Well() {
		d.skip("the rehearsal", "something is wrong already, see above")
		return
	}
	d.rehearse(ctx, r)
	if r.Contact != "" {
		d.rehearseAssignment(ctx, r)
	}
}

// rehearsal is one that goes on.
type rehearsal struct {
	doctor *doctor
	user   string
	api    *slack.Client
	http   *http.Client

	answering sync.Mutex // one answer at a time, so that none shows less than the one before
	mu        sync.Mutex
	done      map[string]bool // steps
	all       chan struct{}   // closed when all are

	channel, posted string // where the message is
}

func (d *doctor) rehearse(ctx context.Context, r Rehearsal) {
	re := &rehearsal{
		doctor: d, user: r.User, api: d.slack(slack.OptionAppLevelToken(d.AppToken.Reveal())),
		http: &http.Client{Timeout: askLimit}, done: make(map[string]bool), all: make(chan struct{}),
	}
	ctx, stop := context.WithCancel(ctx)
	sockets := socket.New(func(ctx context.Context) (string, error) {
		_, url, err := re.api.StartSocketModeContext(ctx)
		return url, err
	}, socket.Config{Connections: 1, Observe: socket.Observe{Strangers: func(int, int) {
		d.note("another copy of the bot is running with this app, and gets part of what is pressed: stop it meanwhile")
	}}})
	ended := make(chan error, 1)
	go func() { ended <- sockets.Run(ctx, re.take) }()
	over := re.follow(ctx, sockets, ended, cmp.Or(r.Limit, rehearsalLimit))
	stop()
	if !over {
		<-ended
	}
}

// follow goes through the rehearsal. It tells whether the sockets have ended already.
func (re *rehearsal) follow(ctx context.Context, sockets *socket.Client, ended <-chan error, limit time.Duration) bool {
	d := re.doctor
	select {
	case <-sockets.Ready():
		d.good("a socket is up")
	case err := <-ended:
		d.bad(fmt.Sprintf("no socket came up: %v", err), "see what is said of the sockets above")
		return true
	case <-time.After(socketLimit):
		d.bad("no socket came up: "+sockets.Status(), "see what is said of the sockets above")
		return false
	}
	var err error
	if re.channel, re.posted, err = re.api.PostMessageContext(ctx, re.user, re.message()...); err != nil {
		d.bad("the message could not be sent: "+err.Error(), messageCure(err))
		return false
	}
	d.good("the message was sent")
	d.report.tell("\nIn Slack, open the direct messages of the app (Apps → its name), and press what its message says. You have %s.\n", limit)
	select {
	case <-re.all:
	case <-time.After(limit):
	case <-ctx.Done():
	}
	re.conclude(context.WithoutCancel(ctx))
	return false
}

// conclude reports on each step, and says under the message that it is over.
func (re *rehearsal) conclude(ctx context.Context) {
	re.answering.Lock()
	defer re.answering.Unlock()
	d := re.doctor
	for _, s := range steps {
		if re.isDone(s.id) {
			d.good("%s", s.worked)
		} else {
			d.bad("not seen: "+s.worked, s.cure)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if _, _, _, err := re.api.UpdateMessageContext(ctx, re.channel, re.posted, re.farewell()...); err != nil {
		d.bad("the message could not be changed: "+err.Error(), "see the scope chat:write")
		return
	}
	d.good("the message was changed at the end")
}

func messageCure(err error) string {
	switch err.Error() {
	case "channel_not_found", "user_not_found":
		return "give the member id of somebody in this workspace: their profile → ⋮ → Copy member ID"
	case "messages_tab_disabled":
		return "update the app from manifest.yaml, which has the Messages tab, and reinstall it"
	}
	return "see the scope chat:write, and that the app may write to people"
}

// rehearseAssignment makes one real assignment, if that is allowed.
func (d *doctor) rehearseAssignment(ctx context.Context, r Rehearsal) {
	contact, err := line.ParseContact(r.Contact, d.Region)
	if err != nil {
		d.bad("--contact is no number that can be read", "write it with + and the country code")
		return
	}
	in, ok := d.inbox()
	if !ok {
		return
	}
	if r.Ask == nil || !r.Ask(fmt.Sprintf("Assign %s to %s in Azeer now? This is real: the contact changes hands. [y/N] ", contact.International(), r.Agent)) {
		d.note("no contact was assigned: it was not allowed")
		return
	}
	if err := in.Assign(ctx, contact, agent.Agent{PlatformID: agent.NewEmail(r.Agent)}); err != nil {
		d.bad("Azeer did not take the assignment: "+err.Error(), "was the contact ever in Azeer, and is the agent's email right? "+
			"If it says 403, an owner or supervisor has to make the key, scope Read and write")
		return
	}
	d.good("Azeer took the assignment: look there whether the contact has its new owner")
}
