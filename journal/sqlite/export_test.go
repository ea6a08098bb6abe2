package sqlite

import "database/sql"

// BootID names the run of this machine's kernel.
var BootID = bootID

// Conn is the connection.
func (d *DB) Conn() *sql.DB { return d.conn.db }
