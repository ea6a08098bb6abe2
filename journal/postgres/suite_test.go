//go:build slow

package postgres_test

import (
	"testing"

	"azeer-slack/journal/journaltest"
)

func TestPostgresBehindAPooler(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Backend {
		direct := journaltest.StartPostgres(t)
		url := journaltest.StartPgBouncer(t, direct)
		return backend(url, direct)
	})
}
