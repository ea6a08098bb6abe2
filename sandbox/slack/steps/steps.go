// Package steps runs an app's custom steps as a workflow of Workflow Builder does: it hands the inputs to
// the app, and takes in how the app completes each. It must not know what a step does.
package steps

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"azeer-slack/sandbox/internal/monitor"
	"azeer-slack/sandbox/manifest"
	"azeer-slack/sandbox/record"
	"azeer-slack/sandbox/slack/jsonmap"
	"azeer-slack/sandbox/slack/rule"
	"azeer-slack/sandbox/slack/webapi"
)

type object = jsonmap.Object

// State is how far an execution is.
type State string

// The states of an execution.
const (
	Running   State = "running"
	Completed State = "completed"
	Failed    State = "failed"
)

// Where is the place in which steps run, as the timeline names it.
const Where = "Workflow Builder"

// Execution is one run of a step, as it is at the moment.
type Execution struct {
	ID       string // Fx…
	Function string // callback id
	Inputs   map[string]any
	State    State
	Outputs  map[string]any // of a completed one
	Error    string         // of a failed one
	By       string         // handle of the person who started the workflow, if any
	// Envelope is the envelope_id of the first delivery.
	Envelope string

	token string
}

// Config is what a Runner needs of the workspace.
type Config struct {
	AppID    string
	Manifest *manifest.Manifest
	// Below: called with the lock held.

	// Send delivers an event to the app, and gives the envelope_id. by is a handle, or empty.
	Send func(by, step string, event map[string]any) (envelope string)
	// Token makes a token of the app's good, and Revoke ends that.
	Token, Revoke func(token string)
	// Knows tells whether there is a person, channel or user group of an id.
	Knows func(id string) bool
}

// Runner runs steps. It is guarded by the workspace's lock.
type Runner struct {
	mu     *monitor.Monitor
	report *record.Reporter
	cfg    Config
	began  time.Time
	all    []*Execution
}

// New returns a Runner of the steps that a manifest declares.
func New(mu *monitor.Monitor, report *record.Reporter, cfg Config) *Runner {
	return &Runner{mu: mu, report: report, cfg: cfg, began: time.Now()}
}

// Methods are the Web API methods with which an app completes a step. None needs a scope
// (https://docs.slack.dev/reference/methods/functions.completeSuccess).
func (r *Runner) Methods() map[string]webapi.Method {
	return map[string]webapi.Method{
		"functions.completeSuccess": {Do: r.completeSuccess, PerMinute: 50, Post: true},
		"functions.completeError":   {Do: r.completeError, PerMinute: 50, Post: true},
	}
}

// RunStep has a workflow that somebody has started come to a step, and returns what is begun. An error says why
// Workflow Builder would not have it, or not with these inputs. by is a handle; empty: a schedule or a webhook.
func (r *Runner) RunStep(by, callbackID string, inputs map[string]any) (Execution, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := r.offered(callbackID)
	if err != nil {
		return Execution{}, err
	}
	if err := r.fits(f.Inputs, inputs); err != nil {
		return Execution{}, fmt.Errorf("inputs of the step: %w", err)
	}
	e := &Execution{
		ID: "Fx" + id(), Function: callbackID, Inputs: maps.Clone(inputs), State: Running, By: by, token: "xwfp-" + id(),
	}
	r.cfg.Token(e.token)
	r.all = append(r.all, e)
	r.report.Note(changed{e})
	e.Envelope = r.cfg.Send(by, f.Title, r.event(f, e))
	return *e, nil
}

// offered finds a step that workflows may have (https://docs.slack.dev/workflows/workflow-steps).
func (r *Runner) offered(callbackID string) (manifest.Function, error) {
	m := r.cfg.Manifest
	f, declared := m.Function(callbackID)
	switch {
	case !declared:
		return f, fmt.Errorf("the manifest declares no step %q", callbackID)
	case m.FunctionRuntime != "remote":
		return f, errors.New("the manifest lets Slack run the steps: settings.function_runtime is not remote")
	case !m.OrgDeploy:
		return f, errors.New("steps need settings.org_deploy_enabled in the manifest")
	case !slices.Contains(m.BotEvents, "function_executed"):
		return f, errors.New("the manifest does not subscribe to function_executed")
	}
	return f, nil
}

// event tells the app of an execution (https://docs.slack.dev/reference/events/function_executed).
func (r *Runner) event(f manifest.Function, e *Execution) object {
	micro := time.Now().UnixMicro()
	given := object{}
	maps.Copy(given, e.Inputs)
	return object{
		"type": "function_executed", "inputs": given, "function_execution_id": e.ID, "workflow_execution_id": "Wx" + id(),
		"event_ts": fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6), "bot_access_token": e.token,
		"function": object{
			"id": "Fn" + f.CallbackID, "callback_id": f.CallbackID, "title": f.Title, "description": f.Description, "type": "app",
			"input_parameters": parameters(f.Inputs), "output_parameters": parameters(f.Outputs), "app_id": r.cfg.AppID,
			"date_created": r.began.Unix(), "date_updated": r.began.Unix(), "date_deleted": 0,
		},
	}
}

func parameters(all []manifest.Parameter) []object {
	list := []object{}
	for _, p := range all {
		list = append(list, object{"type": p.Type, "name": p.Name, "title": p.Title, "description": p.Description, "is_required": p.Required})
	}
	return list
}

// completeSuccess takes the outputs of a step (https://docs.slack.dev/reference/methods/functions.completeSuccess).
func (r *Runner) completeSuccess(c *webapi.Call) (object, error) {
	raw := c.JSON("outputs")
	if raw == nil {
		return nil, c.Missing("outputs")
	}
	outputs, err := jsonmap.Parse(raw)
	if err != nil {
		return nil, c.Invalid("[ERROR] must be an object [json-pointer:/outputs]")
	}
	e, err := r.open(c)
	if err != nil {
		return nil, err
	}
	f, _ := r.cfg.Manifest.Function(e.Function)
	if err := r.fits(f.Outputs, outputs); err != nil {
		r.report.BreachOf(e.Envelope, rule.StepOutputs, "outputs of %s: %v", e.ID, err)
		return nil, webapi.Error{Code: "parameter_validation_failed"}
	}
	e.Outputs = outputs
	r.end(e, Completed)
	return object{}, nil
}

// completeError takes the word that a step failed (https://docs.slack.dev/reference/methods/functions.completeError).
func (r *Runner) completeError(c *webapi.Call) (object, error) {
	if c.Str("error") == "" {
		return nil, c.Missing("error")
	}
	e, err := r.open(c)
	if err != nil {
		return nil, err
	}
	e.Error = c.Str("error")
	r.end(e, Failed)
	return object{}, nil
}

// open finds the execution that a call is about, which must be under way.
func (r *Runner) open(c *webapi.Call) (*Execution, error) {
	id := c.Str("function_execution_id")
	if id == "" {
		return nil, c.Missing("function_execution_id")
	}
	for _, e := range r.all {
		switch {
		case e.ID != id:
		case e.State != Running:
			return nil, webapi.Error{Code: "execution_not_in_running_state"}
		case c.Token() != e.token && isJustInTime(c.Token()):
			return nil, webapi.Error{Code: "access_denied"}
		default:
			return e, nil
		}
	}
	return nil, webapi.Error{Code: "function_execution_not_found"}
}

func isJustInTime(token string) bool { return len(token) > 5 && token[:5] == "xwfp-" }

func (r *Runner) end(e *Execution, state State) {
	e.State = state
	r.cfg.Revoke(e.token)
	r.report.Note(changed{e})
	r.report.Event(record.Event{Kind: record.StepEnded, Who: e.By, Where: Where, Text: string(state), Envelope: e.Envelope})
	r.mu.Notify()
}

// changed is the note that an execution is different.
type changed struct{ *Execution }

// Changed gives the execution that a note is about, as it is now. Call it with the lock held.
func Changed(note any) (now Execution, ok bool) {
	n, ok := note.(changed)
	if ok {
		now = *n.Execution
	}
	return now, ok
}

// Execution returns the execution of an id as it is now.
func (r *Runner) Execution(id string) (Execution, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.all {
		if e.ID == id {
			return *e, true
		}
	}
	return Execution{}, false
}

// Executions returns all, the oldest first.
func (r *Runner) Executions() []Execution {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Execution, len(r.all))
	for i, e := range r.all {
		all[i] = *e
	}
	return all
}

// Await returns an execution when it is not running any more.
func (r *Runner) Await(ctx context.Context, id string) (now Execution, err error) {
	err = r.mu.Await(ctx, func() bool {
		for _, e := range r.all {
			if e.ID == id {
				now = *e
				return e.State != Running
			}
		}
		return true
	})
	if err == nil && now.ID == "" {
		err = errors.New("there is no such execution")
	}
	return now, err
}

func id() string {
	b := make([]byte, 5)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return "0BOX" + hex.EncodeToString(b)
}
