package inbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"azeer-slack/assign/agent"
	"azeer-slack/azeer"
)

// GetKey is how a key is to be had.
const GetKey = "Azeer → Settings → Webhooks & APIs → a new key, scope Read and write"

// Examination is what an account tells whoever sets the program up.
type Examination struct {
	Agents   []agent.Agent
	Partial  bool     // there may be more
	Warnings []string // doubts about that list
}

// Trouble is why an account cannot be used.
type Trouble struct {
	What string
	Cure string // empty where the network is to blame
	Err  error
}

func (t *Trouble) Error() string { return t.What }
func (t *Trouble) Unwrap() error { return t.Err }

// Examine lists the agents. Any error is a *Trouble.
func (i *Inbox) Examine(ctx context.Context) (Examination, error) {
	list, err := i.client.Agents(ctx)
	if err != nil {
		return Examination{}, i.troubleOf(err)
	}
	return Examination{agentsOf(list), list.Partial, list.Warnings}, nil
}

func (i *Inbox) troubleOf(err error) *Trouble {
	status := 0
	if e, ok := errors.AsType[*azeer.Error](err); ok {
		status = e.Status
	}
	t := &Trouble{What: fmt.Sprintf("Azeer answers %d", status), Err: err}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		t.What = "AZEER_API_KEY: " + t.What
		t.Cure = "the key is wrong, was revoked, or may not read agents; an owner or supervisor makes one: " + GetKey
	case errors.Is(err, azeer.ErrWebPage):
		t.What, t.Cure = "not Azeer answered, but a web page", "is a proxy or a login page on the way to AZEER_BASE_URL ("+i.baseURL+")?"
	case errors.Is(err, azeer.ErrUnrecognised):
		t.What = "Azeer's list of agents has a shape that is not known: " + err.Error()
		t.Cure = "/assign works by email all the same, but names and the form's menu do not; please report the keys named here"
	case status == http.StatusNotFound:
		t.Cure = "is AZEER_BASE_URL (" + i.baseURL + ") right? It ends in /v1"
	case status != 0:
		t.Cure = "try again in a few minutes; if it stays, ask Azeer's support"
	default:
		t.What = "Azeer could not be asked: " + err.Error()
	}
	return t
}
