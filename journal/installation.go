package journal

import (
	"context"
	"fmt"

	"azeer-slack/journal/store"
)

// Installation says whose a journal is: that of one Slack app in one workspace, with one
// Azeer. Two of them in one journal would carry out each other's requests.
type Installation struct {
	// Name says it to people.
	Name string
	// Proof is the same text whenever the program was given the same key to the same
	// workspace: what has it need not ask for the name. It must not be a secret.
	Proof string
}

// NameOf names the installation of a bot (a user id) in a workspace, with Azeer at a host.
func NameOf(team, bot, host string) string {
	return fmt.Sprintf("workspace %s, bot %s, Azeer at %s", team, bot, host)
}

// ForeignError says that a journal belongs to another installation.
type ForeignError struct{ Owner, Name string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("this journal belongs to another installation (%s) than this one (%s): give this one a DATABASE_URL of its own; "+
		"or, if the app was made anew or Azeer has moved, start once with: azeer-slack run --adopt", e.Owner, e.Name)
}

// Claim makes the journal that of in, if it is nobody's, or if adopt says that it is the same
// installation under a new name. Otherwise the error is a *ForeignError.
func (j *Journal) Claim(ctx context.Context, in Installation, adopt bool) error {
	if err := j.writer.do(ctx, &store.Claim{Name: in.Name, Proof: in.Proof, Adopt: adopt}); err != nil {
		return fmt.Errorf("claim journal: %w", err)
	}
	owner, err := j.installation(ctx)
	switch {
	case err != nil:
		return err
	case owner.Name != in.Name:
		return &ForeignError{Owner: owner.Name, Name: in.Name}
	}
	return nil
}

// Knows tells whether the one that claimed the journal last had this proof.
func (j *Journal) Knows(ctx context.Context, proof string) (bool, error) {
	owner, err := j.installation(ctx)
	return owner.Proof != "" && owner.Proof == proof, err
}

func (j *Journal) installation(ctx context.Context) (in Installation, err error) {
	err = j.db.Read(ctx, store.Installation(), func(scan func(...any) error) error {
		return scan(&in.Name, &in.Proof)
	})
	if err != nil {
		return Installation{}, fmt.Errorf("read whose journal it is: %w", err)
	}
	return in, nil
}
