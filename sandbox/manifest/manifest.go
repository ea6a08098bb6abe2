// Package manifest reads the manifest of a Slack app as strictly as Slack does when an app is created from
// one. It knows the rules and nothing else: what a declared command or scope then does is the business of
// package sandbox.
package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// A Manifest is what the app has declared about itself. What is not declared here does not exist in the
// workspace: no such command can be typed, no such scope is granted, no such event is delivered.
type Manifest struct {
	Name    string
	BotName string // empty: the app has no bot user

	Commands  []SlashCommand
	Shortcuts []Shortcut
	Functions []Function // custom steps for Workflow Builder, in the order declared

	BotScopes []string
	// OptionalBotScopes may be left out at the installation.
	OptionalBotScopes []string
	BotEvents         []string

	HomeTab          bool
	MessagesTab      bool
	MessagesReadOnly bool
	Interactivity    bool
	SocketMode       bool

	FunctionRuntime string // "remote", "slack" or empty
	OrgDeploy       bool
}

// A SlashCommand is one declared command, its name with the slash.
type SlashCommand struct {
	Command      string
	Description  string
	UsageHint    string
	ShouldEscape bool
}

// A Shortcut is one declared shortcut; Type is "global" or "message".
type Shortcut struct {
	Name        string
	Type        string
	CallbackID  string
	Description string
}

// A Function is a step that workflows may have.
type Function struct {
	CallbackID, Title, Description string
	Inputs, Outputs                []Parameter
}

// A Parameter is one input or output of a step; Type is "string", "slack#/types/user_id" or the like.
type Parameter struct {
	Name, Type, Title, Description string
	Required                       bool
}

// Function finds a declared step by its callback id.
func (m *Manifest) Function(callbackID string) (Function, bool) {
	i := slices.IndexFunc(m.Functions, func(f Function) bool { return f.CallbackID == callbackID })
	if i < 0 {
		return Function{}, false
	}
	return m.Functions[i], true
}

// Command finds a declared command by its name, slash included.
func (m *Manifest) Command(name string) (SlashCommand, bool) {
	i := slices.IndexFunc(m.Commands, func(c SlashCommand) bool { return c.Command == name })
	if i < 0 {
		return SlashCommand{}, false
	}
	return m.Commands[i], true
}

// Shortcut finds a declared shortcut by its callback id.
func (m *Manifest) Shortcut(callbackID string) (Shortcut, bool) {
	i := slices.IndexFunc(m.Shortcuts, func(s Shortcut) bool { return s.CallbackID == callbackID })
	if i < 0 {
		return Shortcut{}, false
	}
	return m.Shortcuts[i], true
}

// Parse reads an app manifest, version 2, in YAML or JSON. It is as strict as Slack is when an
// app is created from a manifest: unknown keys, wrong types, lengths and patterns are refused, and so is
// what only Slack's server notices, such as interactivity with nowhere to send it. The error names every
// problem with its path, such as "features.slash_commands[0].command". Parts of the format that the
// sandbox does not act on (workflows, datastores and their like) are refused too, rather than ignored.
//
// Rules: https://docs.slack.dev/reference/app-manifest.
func Parse(doc []byte) (*Manifest, error) {
	tree, err := readYAML(doc)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if err := errors.Join(manifestShape.check("", tree)...); err != nil {
		return nil, fmt.Errorf("check manifest: %w", err)
	}
	var w wire
	if err := yaml.Unmarshal(doc, &w); err != nil {
		return nil, fmt.Errorf("decode manifest: %w", err)
	}
	if err := errors.Join(w.serverRules()...); err != nil {
		return nil, fmt.Errorf("check manifest: %w", err)
	}
	return w.manifest(), nil
}

// readYAML reads exactly one document. Keys given twice are refused by the YAML library.
func readYAML(doc []byte) (any, error) {
	dec := yaml.NewDecoder(bytes.NewReader(doc))
	var tree any
	if err := dec.Decode(&tree); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the document is empty")
		}
		return nil, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	return tree, nil
}

type wire struct {
	Display struct {
		Name string `yaml:"name"`
	} `yaml:"display_information"`
	Features struct {
		AppHome struct {
			Home             bool `yaml:"home_tab_enabled"`
			Messages         bool `yaml:"messages_tab_enabled"`
			MessagesReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		BotUser struct {
			DisplayName string `yaml:"display_name"`
		} `yaml:"bot_user"`
		Commands []struct {
			Command      string `yaml:"command"`
			URL          string `yaml:"url"`
			Description  string `yaml:"description"`
			UsageHint    string `yaml:"usage_hint"`
			ShouldEscape bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			Name        string `yaml:"name"`
			Type        string `yaml:"type"`
			CallbackID  string `yaml:"callback_id"`
			Description string `yaml:"description"`
		} `yaml:"shortcuts"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot         []string `yaml:"bot"`
			BotOptional []string `yaml:"bot_optional"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		SocketMode    bool `yaml:"socket_mode_enabled"`
		OrgDeploy     bool `yaml:"org_deploy_enabled"`
		Interactivity struct {
			Enabled    bool   `yaml:"is_enabled"`
			RequestURL string `yaml:"request_url"`
		} `yaml:"interactivity"`
		Events struct {
			RequestURL string   `yaml:"request_url"`
			Bot        []string `yaml:"bot_events"`
			User       []string `yaml:"user_events"`
		} `yaml:"event_subscriptions"`
		FunctionRuntime string `yaml:"function_runtime"`
	} `yaml:"settings"`
	Functions inOrder[struct {
		Title       string     `yaml:"title"`
		Description string     `yaml:"description"`
		Inputs      parameters `yaml:"input_parameters"`
		Outputs     parameters `yaml:"output_parameters"`
	}] `yaml:"functions"`
}

// parameters are the inputs or outputs of a step.
type parameters struct {
	Properties inOrder[struct {
		Type        string `yaml:"type"`
		Title       string `yaml:"title"`
		Description string `yaml:"description"`
		IsRequired  bool   `yaml:"is_required"`
	}] `yaml:"properties"`
	Required []string `yaml:"required"`
}

func (p parameters) list() (all []Parameter) {
	for _, one := range p.Properties {
		all = append(all, Parameter{
			Name: one.name, Type: one.value.Type, Title: one.value.Title, Description: one.value.Description,
			Required: one.value.IsRequired || slices.Contains(p.Required, one.name),
		})
	}
	return all
}

// inOrder is an object whose keys the app chooses, in the order in which they stand there.
type inOrder[V any] []named[V]

type named[V any] struct {
	name  string
	value V
}

// UnmarshalYAML keeps the order, which a map would lose.
func (o *inOrder[V]) UnmarshalYAML(object *yaml.Node) error {
	for i := 0; i+1 < len(object.Content); i += 2 {
		one := named[V]{name: object.Content[i].Value}
		if err := object.Content[i+1].Decode(&one.value); err != nil {
			return err
		}
		*o = append(*o, one)
	}
	return nil
}

func (w *wire) manifest() *Manifest {
	m := &Manifest{
		Name:              w.Display.Name,
		BotName:           w.Features.BotUser.DisplayName,
		BotScopes:         w.OAuth.Scopes.Bot,
		OptionalBotScopes: w.OAuth.Scopes.BotOptional,
		BotEvents:         w.Settings.Events.Bot,
		HomeTab:           w.Features.AppHome.Home,
		MessagesTab:       w.Features.AppHome.Messages,
		MessagesReadOnly:  w.Features.AppHome.MessagesReadOnly,
		Interactivity:     w.Settings.Interactivity.Enabled,
		SocketMode:        w.Settings.SocketMode,
		FunctionRuntime:   w.Settings.FunctionRuntime,
		OrgDeploy:         w.Settings.OrgDeploy,
	}
	for _, f := range w.Functions {
		m.Functions = append(m.Functions, Function{
			CallbackID: f.name, Title: f.value.Title, Description: f.value.Description,
			Inputs: f.value.Inputs.list(), Outputs: f.value.Outputs.list(),
		})
	}
	for _, c := range w.Features.Commands {
		m.Commands = append(m.Commands, SlashCommand{c.Command, c.Description, c.UsageHint, c.ShouldEscape})
	}
	for _, s := range w.Features.Shortcuts {
		m.Shortcuts = append(m.Shortcuts, Shortcut(s))
	}
	return m
}
