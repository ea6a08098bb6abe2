package main

import (
	"context"
	"errors"
	"net/http"

	"azeer-slack/assign"
	"azeer-slack/azeer"
)

// inbox lets assign use the Azeer client: it is an assign.Inbox.
type inbox struct{ client *azeer.Client }

// Assign makes agent the owner of contact. Any error is a *assign.Fault.
func (i inbox) Assign(ctx context.Context, contact assign.Phone, agent assign.Agent) error {
	_, err := i.client.Assign(ctx, contact.Digits(), agent.PlatformID.Reveal())
	return fault(err)
}

// Agents lists every agent. Any error is a *assign.Fault.
func (i inbox) Agents(ctx context.Context) (agents []assign.Agent, partial bool, err error) {
	list, err := i.client.Agents(ctx)
	if err != nil {
		return nil, false, fault(err)
	}
	for _, a := range list.Agents {
		agents = append(agents, agentOf(a))
	}
	return agents, list.Partial, nil
}
