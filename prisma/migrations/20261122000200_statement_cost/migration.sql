-- AlterTable
ALTER TABLE "statements" ADD COLUMN     "cost" JSONB;
