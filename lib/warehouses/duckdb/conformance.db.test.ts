import { conformance } from "@/lib/warehouses/conformance";
import { subject } from "./subject";

conformance(subject);
