-- What submitted it, for the lines and spans of whoever runs it.
ALTER TABLE "work" ADD COLUMN "request_id" TEXT, ADD COLUMN "trace_parent" TEXT;
