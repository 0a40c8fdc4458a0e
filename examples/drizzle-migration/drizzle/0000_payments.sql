CREATE TYPE "public"."payment_status" AS ENUM('created', 'pending', 'funded', 'released', 'refunded');--> statement-breakpoint
CREATE TABLE "payment_events" (
	"payment_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"type" text,
	"source" text,
	"at" timestamp (3) with time zone,
	CONSTRAINT "payment_events_payment_id_position_pk" PRIMARY KEY("payment_id","position")
);
--> statement-breakpoint
CREATE TABLE "payment_fees" (
	"payment_id" uuid NOT NULL,
	"name" text NOT NULL,
	"amount" numeric,
	CONSTRAINT "payment_fees_payment_id_name_pk" PRIMARY KEY("payment_id","name")
);
--> statement-breakpoint
CREATE TABLE "payment_quotes" (
	"payment_id" uuid PRIMARY KEY NOT NULL,
	"provider" text,
	"rate" numeric,
	"signature" "bytea",
	"quoted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"reference" text,
	"buyer_id" uuid,
	"status" "payment_status",
	"amount" numeric,
	"risk_score" numeric,
	"amount_units" bigint,
	"block_height" bigint,
	"tags" text[],
	"metadata" jsonb,
	"created_at" timestamp (3) with time zone,
	"updated_at" timestamp(3) with time zone,
	"version" integer,
	"doc_rest" jsonb,
	"imported_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "payment_events" ADD CONSTRAINT "payment_events_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_fees" ADD CONSTRAINT "payment_fees_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_quotes" ADD CONSTRAINT "payment_quotes_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE cascade ON UPDATE no action;