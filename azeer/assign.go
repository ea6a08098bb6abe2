package azeer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

const opAssign = "assign contact"

// Confirmation is what Azeer says when it has assigned a contact.
type Confirmation struct {
	// Message is Azeer's own text, plain, at most 300 characters; empty if it sent none.
	Message string
}

// assignment is the body of the request, these two fields exactly.
type assignment struct {
	PlatformID         string `json:"platform_id"`
	AssignedPlatformID string `json:"assigned_platform_id"`
}

// Assign makes agent the owner of contact, in one attempt.
//
// The contact is a phone in E.164 digits, 7 to 15 of them, without the plus. The
// agent is an Agent.PlatformID, normally the email the agent signs in with. Other
// arguments are refused with ErrInvalid and nothing is sent; there is no way to unassign.
//
// Every error is an *Error, whose Effect says whether the contact may have changed hands. What
// Azeer does with a contact or agent it doesn't know is documented nowhere.
//
// Azeer's page: docs.azeer.com, "Assign Contact to an Agent" (api-26232078).
func (c *Client) Assign(ctx context.Context, contact, agent string) (Confirmation, error) {
	if err := checkAssignment(contact, agent); err != nil {
		return Confirmation{}, &Error{Op: opAssign, Effect: Refused, Err: err}
	}
	body, err := json.Marshal(assignment{PlatformID: contact, AssignedPlatformID: agent})
	if err != nil {
		return Confirmation{}, &Error{Op: opAssign, Effect: Refused, Err: err}
	}
	got, err := c.do(ctx, call{op: opAssign, method: http.MethodPost, path: "/contact/assign", body: body})
	if err != nil {
		return Confirmation{}, err
	}
	text, err := decodeConfirmation(got.body)
	if err != nil {
		return Confirmation{}, c.misread(opAssign, got.status, Perhaps, err)
	}
	return Confirmation{Message: c.clean(text)}, nil
}

func checkAssignment(contact, agent string) error {
	switch {
	case len(contact) < 7 || len(contact) > 15 || strings.Trim(contact, "0123456789") != "":
		return fmt.Errorf("%w: contact must be 7 to 15 digits", ErrInvalid)
	case strings.TrimSpace(agent) == "":
		return fmt.Errorf("%w: agent is empty", ErrInvalid)
	case strings.TrimSpace(agent) != agent || !utf8.ValidString(agent):
		return fmt.Errorf("%w: agent has white space around it, or is not UTF-8", ErrInvalid)
	}
	return nil
}

// confirmationKeys are members of which an answer to Assign must have one to be recognised.
var confirmationKeys = []string{"success", "message", "msg", "data", "status"}

// decodeConfirmation reads the body of a 2xx answer to Assign and gives its text, if any.
// Only no body, or a JSON object that does not say no, means yes; so does {}, with which
// Azeer documents another success. What else comes is a middlebox's word, or half of Azeer's.
func decodeConfirmation(body []byte) (string, error) {
	if len(bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))) == 0 {
		return "", nil
	}
	raw, err := parse(body)
	if err != nil {
		return "", err
	}
	top, ok := asObject(raw)
	if !ok {
		return "", unrecognised(raw)
	}
	if err := checkSuccess(raw); err != nil {
		return "", err
	}
	yes, _ := asTruth(top["success"])
	if complaint := textOf(top, "error", "errors"); complaint != "" && !yes {
		return "", &refusal{message: firstText(top, maxDepth)}
	}
	if !yes && looksFailed(top) {
		return "", unrecognised(raw)
	}
	for _, key := range confirmationKeys {
		if _, has := top[key]; has {
			return textOf(top, "message", "msg"), nil
		}
	}
	if len(top) > 0 {
		return "", unrecognised(raw)
	}
	return "", nil
}

// looksFailed tells signs of failure that Azeer does not document: nobody knows then whether
// it was carried out.
func looksFailed(top object) bool {
	if ok, known := asTruth(top["ok"]); known && !ok {
		return true
	}
	if isString(top["success"]) && asText(top["success"]) != "" {
		return true // a word, and none that means yes
	}
	if checkSuccess(top["data"]) != nil {
		return true
	}
	for _, key := range []string{"error", "errors"} {
		if mistaken, known := asTruth(top[key]); known && mistaken {
			return true
		}
		if inner, ok := asObject(top[key]); ok && len(inner) > 0 {
			return true
		}
	}
	return failedStatus(top["status"])
}

// failedStatus reads a member "status": a number as of HTTP, a truth, or a word.
func failedStatus(raw json.RawMessage) bool {
	if n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64); err == nil {
		return n >= 400
	}
	if fine, known := asTruth(raw); known {
		return !fine
	}
	switch strings.ToLower(asText(raw)) {
	case "error", "fail", "failed", "failure":
		return true
	}
	return false
}

// textOf finds the first text under keys.
func textOf(o object, keys ...string) string {
	for _, key := range keys {
		if text := textIn(o[key], maxDepth); text != "" {
			return text
		}
	}
	return ""
}

// misread is the error about a 2xx answer whose body says no, or that no decoder knows.
func (c *Client) misread(op string, status int, effect Effect, err error) *Error {
	var no *refusal
	if errors.As(err, &no) {
		return &Error{Op: op, Status: status, Effect: Refused, Message: c.clean(no.message)}
	}
	if !errors.Is(err, ErrUnrecognised) {
		return &Error{Op: op, Status: status, Effect: effect, Err: err}
	}
	return &Error{Op: op, Effect: effect, Err: err}
}
