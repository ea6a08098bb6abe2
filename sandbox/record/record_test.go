package record

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestSubscribersAreToldInOrderFromNowOn(t *testing.T) {
	t.Parallel()
	r := NewRecorder()
	side := r.Reporter("slack")
	side.Event(Event{Text: "before"})
	var told []string
	r.Subscribe(func(e Event) { told = append(told, e.Text) })
	stop := r.Subscribe(func(Event) { t.Error("told after the subscription ended") })
	stop()
	side.Event(Event{Text: "one"})
	side.Event(Event{Text: "two"})
	r.Close()
	if !slices.Equal(told, []string{"one", "two"}) {
		t.Errorf("told of %q", told)
	}
}

func TestWatchTellsEachThingOnce(t *testing.T) {
	t.Parallel()
	r := NewRecorder()
	side := r.Reporter("azeer")
	side.Breach("a_rule", "broken %d times", 1)
	w := r.Watch("past")
	defer w.Stop()
	side.Note("past")
	side.Note(2)
	side.Note(2)
	c, err := w.Next(t.Context())
	if err != nil || !slices.Equal(c.Noted, []any{"past", 2}) || len(c.Breaches) != 1 || c.Breaches[0].String() != "azeer: a_rule: broken 1 times" {
		t.Errorf("told %+v, %v", c, err)
	}
	side.Note(2)
	if c, err = w.Next(t.Context()); err != nil || !slices.Equal(c.Noted, []any{2}) || len(c.Breaches) != 0 {
		t.Errorf("told %+v, %v", c, err)
	}
	side.Note(3)
	r.Close()
	if c, err = w.Next(t.Context()); err != nil || !slices.Equal(c.Noted, []any{3}) {
		t.Errorf("at the end told %+v, %v", c, err)
	}
	if _, err = w.Next(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
