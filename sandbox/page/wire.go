package page

import (
	"encoding/json"

	"azeer-slack/sandbox/record"
)

// The types of this file are what goes over the wire, in JSON. Moments are
// milliseconds since 1970; places, people and messages are named by Slack's ids,
// people also by handle ("sara").

// State is all that one person's page shows, as of event Seq: events after it,
// applied in order, keep it current.
type State struct {
	Seq          int64                `json:"seq"`
	Team         Team                 `json:"team"`
	App          App                  `json:"app"`
	People       []Person             `json:"people"`
	Me           string               `json:"me"`
	Commands     []Command            `json:"commands"`
	Shortcuts    []Shortcut           `json:"shortcuts"`
	Places       []Place              `json:"places"`
	Messages     map[string][]Message `json:"messages"` // by place, oldest first
	Forms        []View               `json:"forms"`    // the top one last
	Home         *View                `json:"home"`
	HomeTab      bool                 `json:"homeTab"`
	MessagesTab  string               `json:"messagesTab"` // "", "read-only" or "open"
	Azeer        Azeer                `json:"azeer"`
	Interactions []Interaction        `json:"interactions"`
	Breaches     []Breach             `json:"breaches"`
	Trouble      Trouble              `json:"trouble"`
	Workflow     Workflow             `json:"workflow"`
}

// Workflow is what a workflow may have of the app, and what became of it.
type Workflow struct {
	Steps  []WorkflowStep `json:"steps"`
	Groups []Option       `json:"groups"` // user groups, by id
	Runs   []Run          `json:"runs"`   // the newest last
}

// WorkflowStep is a step of the app.
type WorkflowStep struct {
	Callback    string  `json:"callback"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Inputs      []Input `json:"inputs"`
}

// Input is what a step is filled in with; Type is Slack's.
type Input struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// Run is one run of a step.
type Run struct {
	ID          string            `json:"id"`
	Callback    string            `json:"callback"`
	State       string            `json:"state"`   // running, completed or failed
	Outputs     map[string]string `json:"outputs"` // of a completed one
	Error       string            `json:"error"`   // of a failed one
	Interaction string            `json:"interaction"`
}

// Team is the workspace.
type Team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// App is the app in the workspace.
type App struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Bot  string `json:"bot"`  // handle of its bot
	User string `json:"user"` // id of its bot
}

// Person is somebody whom one can be.
type Person struct {
	Handle string `json:"handle"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email"`
	Locale string `json:"locale"`
	Kind   string `json:"kind"` // member, guest or external
	Note   string `json:"note"`
}

// Command is a slash command of the app.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	Hint        string `json:"hint"`
}

// Shortcut is a shortcut of the app.
type Shortcut struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Type        string `json:"type"` // global or message
	Callback    string `json:"callback"`
}

// Place is a conversation as one person sees it.
type Place struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`   // channel, private, dm or app
	With    string   `json:"with"`   // handle of the other in a DM
	Bot     bool     `json:"bot"`    // the app's bot is in it
	Member  bool     `json:"member"` // the person is in it
	Shared  bool     `json:"shared"` // with another organisation
	Topic   string   `json:"topic"`
	Members int      `json:"members"` // people in it, the bot not counted
	People  []string `json:"people"`  // their handles
}

// Message is a message on a screen. Its blocks bear the ids that clicks name.
type Message struct {
	ID        string          `json:"id"` // <place>/<ts>
	TS        string          `json:"ts"`
	Thread    string          `json:"thread"`
	Channel   string          `json:"channel"`
	Author    Author          `json:"author"`
	At        int64           `json:"at"`
	Text      string          `json:"text"` // mrkdwn
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Files     []File          `json:"files,omitempty"`
	Ephemeral bool            `json:"ephemeral"`
	Edited    bool            `json:"edited"`
	Via       string          `json:"via"`
	Version   int             `json:"version"` // counts up from 1 with each edit
	// Interaction is the id of the one that the message answers, where that is known.
	Interaction string `json:"interaction,omitempty"`
}

// File is a file that goes with a message.
type File struct {
	Name string `json:"name"`
	Size int    `json:"size"` // in bytes
}

// Author is who wrote a message.
type Author struct {
	ID     string `json:"id"`
	Handle string `json:"handle"`
	Name   string `json:"name"`
	Bot    bool   `json:"bot"`
}

// View is an open modal, or the Home tab.
type View struct {
	ID       string            `json:"id"`
	Type     string            `json:"type"` // modal or home
	Callback string            `json:"callback"`
	Title    string            `json:"title"`
	Submit   string            `json:"submit"` // label; "" has no such button
	Close    string            `json:"close"`
	Blocks   json.RawMessage   `json:"blocks"`
	Errors   map[string]string `json:"errors"` // by block
	Banner   string            `json:"banner"`
	// Values holds the entries of state.values under "block/action".
	Values map[string]json.RawMessage `json:"values"`
	Hash   string                     `json:"hash"`
	Busy   bool                       `json:"busy"` // submitted, not yet answered
}

// Option is a choice that the app offers in a menu.
type Option struct {
	Text        string `json:"text"`
	Value       string `json:"value"`
	Description string `json:"description"`
	Group       string `json:"group"`
}

// Azeer is the other side.
type Azeer struct {
	Agents   []Agent   `json:"agents"`
	Contacts []Contact `json:"contacts"`
	Owners   []Owner   `json:"owners"`
	Calls    []Call    `json:"calls"`
}

// Contact is a customer whom Azeer knows by name.
type Contact struct {
	Contact string `json:"contact"` // E.164 digits
	Name    string `json:"name"`
	Said    string `json:"said"` // the last line on WhatsApp
	SaidAt  int64  `json:"saidAt"`
}

// Agent is somebody in the Azeer inbox.
type Agent struct {
	ID         int    `json:"id"`
	PlatformID string `json:"platform_id"`
	Name       string `json:"name"`
	Role       string `json:"role"`
	Inactive   bool   `json:"inactive"`
}

// Owner says whose a contact is, and since when.
type Owner struct {
	Contact string `json:"contact"`
	Agent   string `json:"agent"`
	At      int64  `json:"at"`
}

// Call is one request that Azeer received.
type Call struct {
	N       int     `json:"n"` // counts up from 1
	At      int64   `json:"at"`
	Method  string  `json:"method"`
	Path    string  `json:"path"`
	Contact string  `json:"contact"`
	Agent   string  `json:"agent"`
	Status  int     `json:"status"` // 0: not answered, or not yet
	Effect  bool    `json:"effect"` // the contact has a new owner
	Took    float64 `json:"took"`   // milliseconds to the end; -1 while under way
}

// Step is a moment in the life of an interaction.
type Step struct {
	Name string  `json:"name"` // typed, delivered, stored, acknowledged, sent, answered, seen or failed
	At   float64 `json:"at"`
	Text string  `json:"text,omitempty"` // to whom, with what status, where
	Bad  bool    `json:"bad,omitempty"`  // not as it should be: an error, or no answer
}

// Interaction is one thing a person did and what came of it. Payload and Ack are
// absent but in the answer to the act "payload".
type Interaction struct {
	ID       string          `json:"id"`
	Who      string          `json:"who"`
	Where    string          `json:"where"`
	What     string          `json:"what"`
	Kind     string          `json:"kind"` // of the delivery; "typing": a field tells the app; "trouble": a switch was turned
	Steps    []Step          `json:"steps"`
	Shown    string          `json:"shown"`
	Breaches []Breach        `json:"breaches"`
	Payload  json.RawMessage `json:"payload,omitempty"`
	Ack      json.RawMessage `json:"ack,omitempty"`
}

// Breach is a rule that the app broke.
type Breach struct {
	At     int64  `json:"at"`
	Side   string `json:"side"`
	Rule   string `json:"rule"`
	Detail string `json:"detail"`
	// Interaction is the id of the one that it is about, where that is known.
	Interaction string `json:"interaction,omitempty"`
}

// Trouble is the setting of the switches.
type Trouble struct {
	Azeer   string       `json:"azeer"` // none, slow, down, hang, 429, 401, unknown_agent or answer_lost
	Slack   SlackTrouble `json:"slack"`
	Bot     string       `json:"bot"` // running, stopped or none
	Sockets int          `json:"sockets"`
}

// SlackTrouble is what is wrong with Slack.
type SlackTrouble struct {
	Silent        bool `json:"silent"`
	RateLimits    bool `json:"rate_limits"`
	RefuseAnswers bool `json:"refuse_answers"`
	Holiday       bool `json:"holiday"`
}

// Event tells pages of one change. Type says which of the other fields is set.
type Event struct {
	Type        string       `json:"type"`
	Message     *Message     `json:"message,omitempty"`
	IDs         []string     `json:"ids,omitempty"` // of messages, for gone
	Forms       *[]View      `json:"forms,omitempty"`
	Home        *View        `json:"home,omitempty"`
	Owner       *Owner       `json:"owner,omitempty"`
	Agents      []Agent      `json:"agents,omitempty"`
	Contacts    []Contact    `json:"contacts,omitempty"`
	Call        *Call        `json:"call,omitempty"`
	Interaction *Interaction `json:"interaction,omitempty"`
	Breach      *Breach      `json:"breach,omitempty"`
	Trouble     *Trouble     `json:"trouble,omitempty"`
	Place       *Place       `json:"place,omitempty"`
	Person      *Person      `json:"person,omitempty"`
	Run         *Run         `json:"run,omitempty"`
}

func breachOf(b record.Breach) Breach {
	return Breach{At: b.At.UnixMilli(), Side: b.Side, Rule: string(b.Rule), Detail: b.Detail,
		Interaction: b.Envelope}
}
