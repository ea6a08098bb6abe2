package memory_test

import (
	"testing"

	"azeer-slack/assign"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/memory"
)

func TestMemory(t *testing.T) {
	journaltest.Run(t, func(*testing.T) journaltest.Backend {
		j := memory.New()
		j.Audit, j.Notify = true, true
		return journaltest.Backend{
			Open:  func(testing.TB) assign.Journal { return j },
			Crash: func(testing.TB, assign.Journal) { j.Restart() },
		}
	})
}
