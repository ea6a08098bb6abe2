package azeer

import (
	"encoding/json"
	"maps"
	"strings"
)

// Agent is a person in the Azeer inbox, as far as Azeer tells. Any field may be empty.
type Agent struct {
	// ID is Azeer's own id, in digits as far as is known.
	ID string
	// PlatformID is what Assign takes; if Azeer sent none, the email.
	PlatformID string
	// Email is as Azeer spells it. Compare without regard to case.
	Email string
	// Name is for people; if Azeer sent none, the email. Names are not unique.
	Name string
	Role string
	// Status is Azeer's word, such as "active".
	Status string
	// Active is false only if Azeer clearly says so.
	Active bool
	// Extra holds the fields that this package does not read, as they came.
	Extra map[string]json.RawMessage
}

// MayBeContact tells that the PlatformID looks like a phone number, as those of contacts
// do: Azeer describes agents and contacts with one schema.
func (a Agent) MayBeContact() bool {
	digits := strings.TrimPrefix(a.PlatformID, "+")
	return len(digits) >= 8 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

func (a Agent) identified() bool { return a.ID != "" || a.PlatformID != "" || a.Email != "" }

// Names under which the fields of an agent come. The first that is there and not empty wins.
var (
	idKeys     = []string{"id", "agent_id", "profile_id", "user_id"}
	emailKeys  = []string{"email", "profile_email"}
	nameKeys   = []string{"display_name", "profile_display_name", "name", "profile_name"}
	roleKeys   = []string{"role", "profile_role"}
	activeKeys = []string{"status", "active", "is_active", "enabled"}
)

// readAgent reads what fits and passes over what does not.
func readAgent(o object) Agent {
	profile, _ := asObject(o["profile"])
	a := Agent{
		ID:         firstOf(o, idKeys, asID),
		PlatformID: asID(o["platform_id"]),
		Email:      firstOf(o, emailKeys, asEmail),
		Name:       firstOf(o, nameKeys, asText),
		Role:       firstOf(o, roleKeys, asText),
		Status:     asText(o["status"]),
		Active:     readActive(o),
		Extra:      extra(o),
	}
	a.Email = firstFilled(a.Email, asEmail(profile["email"]), emailIn(a.PlatformID))
	a.PlatformID = firstFilled(a.PlatformID, a.Email)
	a.Name = firstFilled(a.Name, asText(profile["name"]), a.Email)
	return a
}

// readActive believes the first field that says yes or no in words or numbers it knows. An
// unknown status, say "away", hides nobody.
func readActive(o object) bool {
	for _, key := range activeKeys {
		switch strings.ToLower(asText(o[key])) {
		case "active", "activated", "enabled":
			return true
		case "inactive", "deactivated", "disabled", "suspended", "blocked", "archived", "deleted", "removed":
			return false
		}
		if value, known := asTruth(o[key]); known {
			return value
		}
	}
	return true
}

// resemblesAgent tells whether an object outside any list is an agent, rather than an
// envelope that happens to have an id and a status.
func resemblesAgent(o object) bool {
	a := readAgent(o)
	_, kind := o["is_agent"]
	return a.PlatformID != "" || a.ID != "" && (a.Name != "" || a.Role != "" || kind)
}

func saysNoAgent(o object) bool {
	value, known := asTruth(o["is_agent"])
	return known && !value
}

func extra(o object) map[string]json.RawMessage {
	rest := maps.Clone(o)
	for _, keys := range [][]string{idKeys, emailKeys, nameKeys, roleKeys, activeKeys, {"platform_id", "is_agent"}} {
		for _, key := range keys {
			delete(rest, key)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

func firstOf(o object, keys []string, read func(json.RawMessage) string) string {
	for _, key := range keys {
		if text := read(o[key]); text != "" {
			return text
		}
	}
	return ""
}

func firstFilled(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func asEmail(raw json.RawMessage) string { return emailIn(asText(raw)) }

// emailIn gives text back if it has the form of an email, else "". Whether it is one is
// Azeer's business.
func emailIn(text string) string {
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(domain, "@") || strings.ContainsAny(text, " \t\r\n<>,;") {
		return ""
	}
	return text
}
