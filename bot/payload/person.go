package payload

// Sender is who did it, and where they come from.
func (p Payload) Sender() Person {
	if p.UserID != "" {
		return Person{ID: p.UserID, Team: p.TeamID, Enterprise: p.EnterpriseID}
	}
	if p.Event.Execution != "" {
		return Person{ID: p.Event.OnBehalf()}
	}
	if p.Event.User != "" {
		return Person{ID: p.Event.User} // the team beside an event is the one that hears of it
	}
	home := p.User.TeamID
	if home == "" {
		home = p.Team.ID
	}
	return Person{ID: p.User.ID, Team: home, Enterprise: p.Enterprise.ID}
}

// Person is somebody who did something, as the payload tells it.
type Person struct{ ID, Team, Enterprise string }
